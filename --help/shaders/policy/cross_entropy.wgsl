// loss = -weight * logp of the action. This is supervised learning on given tokens, with the statistics and metrics of the policy loss.
// coefficients = (d loss / d logp, 0). A token of weight 0 gives exact zeros. A token whose logp is not finite gives NaN, so that the optimiser
// skips the step. Each lane handles one row.
import package::lib::grid::linear_workgroup;
import package::lib::numeric::{is_finite, not_a_number};
import package::lib::token::{LossCoefficients, TokenInput, TokenMetrics, TokenStatistics};

struct Parameters {
  rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(2) var<storage, read_write> coefficients: array<LossCoefficients>; // [N, 2]
@group(0) @binding(3) var<storage, read_write> token_metrics: array<TokenMetrics>; // [N, 8]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if row >= parameters.rows {
    return;
  }
  let weight = token_inputs[row].weight;
  if weight == 0.0 {
    coefficients[row] = LossCoefficients();
    token_metrics[row] = TokenMetrics();
    return;
  }
  let policy = statistics[row];
  let is_sound = is_finite(policy.logp);
  coefficients[row] = LossCoefficients(select(not_a_number(), -weight, is_sound), 0.0);
  var own = TokenMetrics();
  own.loss = select(not_a_number(), -weight * policy.logp, is_sound);
  own.ratio = 1.0;
  own.entropy = policy.entropy;
  token_metrics[row] = own;
}
