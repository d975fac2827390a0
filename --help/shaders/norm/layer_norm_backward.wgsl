// With xhat = (x - mean) * inverse_std and s = weight * grad_y:
//   grad_x = inverse_std * (s - mean(s) - xhat * mean(s * xhat))
// With RESIDUAL the gradient of x from its other readers is added, because x also continues the residual stream.
// Each workgroup handles one row; its lanes stride over the columns.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  count: f32, // C
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<Element>; // [C]
@group(0) @binding(2) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(3) var<storage, read> mean: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> inverse_std: array<f32>; // [N]
@group(0) @binding(5) var<storage, read> residual: array<Element>; // [N, C]
@group(0) @binding(6) var<storage, read_write> grad_x: array<Element>; // [N, C]

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
  let center = mean[row];
  let inverse = inverse_std[row];
  var sum = Element(0.0);
  var projection = Element(0.0);
  for (var column = lane; column < parameters.columns; column += LANES) {
    let s = weight[column] * grad_y[begin + column];
    sum += s;
    projection += s * (x[begin + column] - center);
  }
  let mean_s = reduce_sum(sum_of_parts(sum), lane) / parameters.count;
  let mean_s_xhat = reduce_sum(sum_of_parts(projection), lane) * inverse / parameters.count;
  for (var column = lane; column < parameters.columns; column += LANES) {
    let i = begin + column;
    let xhat = (x[i] - center) * inverse;
    var gradient = inverse * (weight[column] * grad_y[i] - mean_s - xhat * mean_s_xhat);
    @if(RESIDUAL) { gradient += residual[i]; }
    grad_x[i] = gradient;
  }
}
