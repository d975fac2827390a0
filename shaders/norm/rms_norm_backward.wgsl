// With xhat = x * inverse_rms and s = weight * grad_y:
//   grad_x = inverse_rms * (s - xhat * mean(s * xhat))
// One workgroup a row; its lanes stride over the columns.
import package::lib::grid::linear_workgroup;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  rows: u32,
  columns: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [C]
@group(0) @binding(2) var<storage, read> grad_y: array<f32>; // [N, C]
@group(0) @binding(3) var<storage, read> inverse_rms: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> grad_x: array<f32>; // [N, C]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups);
  if row >= parameters.rows {
    return;
  }
  let begin = row * parameters.columns;
  let inverse = inverse_rms[row];
  var projection = 0.0;
  for (var column = lane; column < parameters.columns; column += LANES) {
    projection += weight[column] * grad_y[begin + column] * x[begin + column];
  }
  let mean = reduce_sum(projection, lane) * inverse / f32(parameters.columns);
  for (var column = lane; column < parameters.columns; column += LANES) {
    let i = begin + column;
    grad_x[i] = inverse * (weight[column] * grad_y[i] - x[i] * inverse * mean);
  }
}
