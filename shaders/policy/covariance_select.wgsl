// selected[n] = 1 for k response tokens, else 0 (Cui et al. 2025, arXiv 2505.22617):
//   cov = (A - mean A)(logp - mean logp), means over the T response tokens, k = max(1, floor(fraction T))
// Without RANDOM the k tokens with the largest cov are selected. With RANDOM k tokens are drawn from those with low < cov < high
// whose ratio PPO's clip does not hold; only these are eligible. Where fewer than k tokens are eligible, all of them are selected.
// Each token has a key, which is 0 where it is not eligible: the bits of cov, mapped so that they sort as floats do, or a random word of
// (seed, draw, micro_batch, row). The largest keys are selected (lib/largest_keys). One workgroup does all; its lanes stride over the rows.
@if(RANDOM) import package::lib::random::philox;
@if(RANDOM) import package::lib::clip::{Clip, clip_holds};
@if(RANDOM) import package::lib::loss::token_of;
import package::lib::largest_keys::{TOP_BIT, border_of, is_within, key};
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  rows: u32,
  fraction: f32,
  @if(RANDOM) low: f32,
  @if(RANDOM) high: f32,
  @if(RANDOM) clip_low: f32,
  @if(RANDOM) clip_high: f32,
  @if(RANDOM) dual_clip: f32, // 0: off
  @if(RANDOM) seed: u32,
  @if(RANDOM) draw: u32,
  @if(RANDOM) micro_batch: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(3) var<storage, read_write> selected: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> count: array<f32>; // [1]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  // Read before any loop (lib/largest_keys).
  let rows = parameters.rows;
  var sums = vec3f(0.0);
  for (var row = lane; row < rows; row += LANES) {
    sums += select(vec3f(0.0), vec3f(token_inputs[row].advantage, statistics[row].logp, 1.0), vec3<bool>(counts(row)));
  }
  let tokens = reduce_sum(sums.z, lane);
  let mean = vec2f(reduce_sum(sums.x, lane), reduce_sum(sums.y, lane)) / max(tokens, 1.0);

  var eligible = 0.0;
  for (var row = lane; row < rows; row += LANES) {
    let own = select(0u, key_of(row, mean), counts(row));
    key[row] = own;
    eligible += select(0.0, 1.0, own > 0u);
  }
  let wanted = min(max(floor(parameters.fraction * tokens), 1.0), reduce_sum(eligible, lane));

  let border = border_of(wanted, rows, lane);
  for (var row = lane; row < rows; row += LANES) {
    selected[row] = select(0.0, 1.0, is_within(border, row));
  }
  if lane == 0u {
    count[0] = wanted;
  }
}

fn counts(row: u32) -> bool {
  return token_inputs[row].mask > 0.0;
}

fn key_of(row: u32, mean: vec2f) -> u32 {
  let logp = statistics[row].logp;
  let advantage = token_inputs[row].advantage;
  let covariance = (advantage - mean.x) * (logp - mean.y);
  @if(RANDOM) {
    let token = token_of(logp, token_inputs[row].old_logp, advantage, 0.0);
    let held = clip_holds(advantage, token.ratio, Clip(parameters.clip_low, parameters.clip_high, parameters.dual_clip));
    let free = covariance > parameters.low && covariance < parameters.high && !held;
    let word = philox(vec4u(row, parameters.micro_batch, 0u, 0u), vec2u(parameters.seed, parameters.draw)).x;
    return select(0u, max(word, 1u), free);
  }
  @if(!RANDOM) {
    let bits = bitcast<u32>(select(covariance, 0.0, covariance == 0.0)); // -0 becomes 0
    return bits ^ select(TOP_BIT, 0xffffffffu, bits >= TOP_BIT);
  }
}
