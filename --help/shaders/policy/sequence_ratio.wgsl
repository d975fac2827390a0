// mean_difference[n] = mean of d = clamp(logp - old_logp, -20, 20) over the response tokens of n's sequence, 0 where it has none
// This is the logarithm of the sequence's probability ratio, per token (GSPO, arXiv 2507.18071). Prompt rows may hold anything.
// Each workgroup handles one sequence; its lanes stride over the sequence's rows, once to add and once to write.
import package::lib::grid::linear_workgroup;
import package::lib::loss::CLAMP;
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  sequences: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(2) var<storage, read> sequence_begin: array<u32>; // [S+1]
@group(0) @binding(3) var<storage, read_write> mean_difference: array<f32>; // [N]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let sequence = linear_workgroup(workgroup, workgroups);
  if sequence >= parameters.sequences {
    return;
  }
  let begin = sequence_begin[sequence];
  let end = sequence_begin[sequence + 1u];
  var sums = vec2f(0.0);
  for (var row = begin + lane; row < end; row += LANES) {
    let difference = clamp(statistics[row].logp - token_inputs[row].old_logp, -CLAMP, CLAMP);
    sums += select(vec2f(0.0), vec2f(difference, 1.0), vec2<bool>(token_inputs[row].mask > 0.0));
  }
  let total = reduce_sum(sums.x, lane);
  let count = reduce_sum(sums.y, lane);
  for (var row = begin + lane; row < end; row += LANES) {
    mean_difference[row] = total / max(count, 1.0);
  }
}
