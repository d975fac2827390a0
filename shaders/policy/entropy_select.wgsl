// selected[n] = 1 for the k response tokens with the highest entropy, else 0 (Wang et al. 2025, arXiv 2506.01939):
//   k = max(1, floor(fraction T)) of T response tokens; 0 where there is none
// Of equal entropies those of the first rows are selected. Prompt rows may hold anything. learning[0] is k, learning[1] the least entropy that
// is selected. A token's key is 1 + the bits of its entropy, and 0 for a prompt (lib/largest_keys). One workgroup does all; its lanes stride
// over the rows.
import package::lib::largest_keys::{border_of, is_within, key};
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  rows: u32,
  fraction: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(3) var<storage, read_write> selected: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> learning: array<f32>; // [2]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  // Read before any loop (lib/largest_keys).
  let rows = parameters.rows;
  var count = 0.0;
  for (var row = lane; row < rows; row += LANES) {
    let counts = token_inputs[row].mask > 0.0;
    key[row] = select(0u, key_of(statistics[row].entropy), counts);
    count += select(0.0, 1.0, counts);
  }
  let tokens = reduce_sum(count, lane);
  let wanted = min(max(floor(parameters.fraction * tokens), 1.0), tokens);
  let border = border_of(wanted, rows, lane);
  for (var row = lane; row < rows; row += LANES) {
    selected[row] = select(0.0, 1.0, is_within(border, row));
  }
  if lane == 0u {
    learning[0] = wanted;
    learning[1] = select(0.0, bitcast<f32>(border.key - 1u), wanted > 0.0);
  }
}

// Rounding may leave an entropy just below 0, whose bits would not sort as the numbers do.
fn key_of(entropy: f32) -> u32 {
  return 1u + bitcast<u32>(select(entropy, 0.0, entropy <= 0.0));
}
