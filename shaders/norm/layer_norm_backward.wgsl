// With xhat = (x - mean) * inverse_std and s = weight * grad_y:
//   grad_x = inverse_std * (s - mean(s) - xhat * mean(s * xhat))
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
@group(0) @binding(3) var<storage, read> mean: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> inverse_std: array<f32>; // [N]
@group(0) @binding(5) var<storage, read_write> grad_x: array<f32>; // [N, C]

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
  let count = f32(parameters.columns);
  let center = mean[row];
  let inverse = inverse_std[row];
  var sum = 0.0;
  var projection = 0.0;
  for (var column = lane; column < parameters.columns; column += LANES) {
    let s = weight[column] * grad_y[begin + column];
    sum += s;
    projection += s * (x[begin + column] - center);
  }
  let mean_s = reduce_sum(sum, lane) / count;
  let mean_s_xhat = reduce_sum(projection, lane) * inverse / count;
  for (var column = lane; column < parameters.columns; column += LANES) {
    let i = begin + column;
    let xhat = (x[i] - center) * inverse;
    grad_x[i] = inverse * (weight[column] * grad_y[i] - mean_s - xhat * mean_s_xhat);
  }
}
