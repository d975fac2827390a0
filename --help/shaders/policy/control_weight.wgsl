// token_inputs[n].control_weight = tokens / max(gated tokens, 1), counted over the batch (from Control) or over n's own sequence
// This factor turns the mean of the control term over all response tokens into the mean over the gated ones (alphaNorm "gated").
// Each workgroup handles one sequence; its lanes stride over the sequence's rows, once to count and once to write.
import package::lib::control::{ControlState, actuator};
import package::lib::grid::linear_workgroup;
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  sequences: u32,
  whole_batch: u32,
  gate: u32,
  log_tau: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> sequence_begin: array<u32>; // [S+1]
@group(0) @binding(2) var<storage, read> state: ControlState; // [G]
@group(0) @binding(3) var<storage, read_write> token_inputs: array<TokenInput>; // [N, 6]

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
  var counts = vec2f(0.0);
  for (var row = begin + lane; row < end; row += LANES) {
    let token = statistics[row];
    let gated = abs(actuator(parameters.gate, parameters.log_tau, token.logp, token.effect));
    counts += select(vec2f(0.0), vec2f(1.0, gated), vec2<bool>(token_inputs[row].mask > 0.0));
  }
  let own = vec2f(reduce_sum(counts.x, lane), reduce_sum(counts.y, lane));
  let scope = select(own, vec2f(state.control.token_count, state.control.gated_count), vec2<bool>(parameters.whole_batch == 1u));
  let weight = scope.x / max(scope.y, 1.0);
  for (var row = begin + lane; row < end; row += LANES) {
    token_inputs[row].control_weight = weight;
  }
}
