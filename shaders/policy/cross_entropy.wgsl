// loss = -weight * logp of the action: supervised learning on given tokens, with the statistics, gradient and metrics of the policy loss.
// coefficients = (d loss / d logp, 0). A token of weight 0 gives exact zeros. One lane a row.
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<vec4f>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<vec2f>; // [N, 6]
@group(0) @binding(2) var<storage, read_write> coefficients: array<vec2f>; // [N, 2]
@group(0) @binding(3) var<storage, read_write> token_metrics: array<vec4f>; // [N, 8]

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
  let weight = token_inputs[row * 3u + 1u].y;
  let token = statistics[row];
  let counts = weight != 0.0;
  coefficients[row] = vec2f(select(0.0, -weight, counts), 0.0);
  token_metrics[row * 2u] = select(vec4f(0.0), vec4f(-weight * token.x, 0.0, 1.0, 0.0), vec4<bool>(counts));
  token_metrics[row * 2u + 1u] = select(vec4f(0.0), vec4f(0.0, 0.0, 0.0, token.y), vec4<bool>(counts));
}
