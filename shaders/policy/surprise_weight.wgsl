// token_inputs[n].advantage *= 1 - alpha for the most surprising tokens with A > 0, and 1 + alpha for those with A < 0
// STARE (arXiv 2606.19236), with the alpha of the first loop: 0, or minus the gain. Of the T response tokens with A > 0 those
//   k = ceil(share T), at least 1 where there is any, of the largest surprisal -logp
// are the most surprising, and likewise of those with A < 0. A side whose share is 0 is left alone. A loss that is proportional to A is
// multiplied as A is. With alpha 0 nothing is written.
// A token's key is 1 + the bits of its surprisal, and 0 for a token that is not of the side. The largest keys are reweighed
// (lib/largest_keys). One workgroup does all; its lanes stride over the rows.
import package::lib::control::ControlState;
import package::lib::largest_keys::{border_of, is_within, key};
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  rows: u32,
  positive_share: f32,
  negative_share: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> state: ControlState; // [G]
@group(0) @binding(3) var<storage, read_write> token_inputs: array<TokenInput>; // [N, 6]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let alpha = state.loops[0].alpha;
  if alpha == 0.0 {
    return;
  }
  // Read before any loop (lib/largest_keys).
  let known = parameters;
  reweigh(Side(1.0, known.positive_share, 1.0 - alpha), known.rows, lane);
  reweigh(Side(-1.0, known.negative_share, 1.0 + alpha), known.rows, lane);
}

struct Side {
  sign: f32, // of the advantages
  share: f32,
  weight: f32,
}

fn reweigh(side: Side, rows: u32, lane: u32) {
  if side.share == 0.0 {
    return;
  }
  var tokens = 0.0;
  for (var row = lane; row < rows; row += LANES) {
    let is_of_side = token_inputs[row].mask > 0.0 && sign(token_inputs[row].advantage) == side.sign;
    key[row] = select(0u, 1u + bitcast<u32>(surprisal(row)), is_of_side);
    tokens += select(0.0, 1.0, is_of_side);
  }
  let wanted = ceil(side.share * reduce_sum(tokens, lane));
  let border = border_of(wanted, rows, lane);
  for (var row = lane; row < rows; row += LANES) {
    token_inputs[row].advantage *= select(1.0, side.weight, is_within(border, row));
  }
}

// -logp, and never below 0 nor -0, so that the bits sort as the numbers do.
fn surprisal(row: u32) -> f32 {
  let logp = statistics[row].logp;
  return select(-logp, 0.0, logp >= 0.0);
}
