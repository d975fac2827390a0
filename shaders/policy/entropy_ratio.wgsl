// outside[n] = 1 for a response token whose entropy ratio (H + 1e-8) / (old H + 1e-8) is not between 1 - low and 1 + high, else 0
// (ERC, arXiv 2512.05591). H is the entropy of the policy at the token, old H that of the old log-probabilities' policy. Prompt rows may hold
// anything. count[0] is the number of ones. One workgroup does all; its lanes stride over the rows. Counts are sums of whole numbers below
// 2^24, which floats hold exactly.
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  rows: u32,
  low: f32,
  high: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(2) var<storage, read> old_entropy: array<f32>; // [N]
@group(0) @binding(3) var<storage, read_write> outside: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> count: array<f32>; // [1]

const SMALL = 1e-8;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var found = 0.0;
  for (var row = lane; row < parameters.rows; row += LANES) {
    let ratio = (statistics[row].entropy + SMALL) / (old_entropy[row] + SMALL);
    let is_inside = ratio > 1.0 - parameters.low && ratio < 1.0 + parameters.high;
    let own = select(0.0, 1.0, token_inputs[row].mask > 0.0 && !is_inside);
    outside[row] = own;
    found += own;
  }
  let total = reduce_sum(found, lane);
  if lane == 0u {
    count[0] = total;
  }
}
