// y = (x - mean) * inverse_std * weight + bias,  inverse_std = 1 / sqrt(mean((x - mean)^2) + eps)     (Ba et al. 2016, arXiv 1607.06450)
// Each workgroup handles one row; its lanes stride over the columns, once for the mean and once for the variance, because
// mean(x^2) - mean^2 would lose digits. mean and inverse_std are saved for the backward pass.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  count: f32, // C
  eps: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<Element>; // [C]
@group(0) @binding(2) var<storage, read> bias: array<Element>; // [C]
@group(0) @binding(3) var<storage, read_write> y: array<Element>; // [N, C]
@group(0) @binding(4) var<storage, read_write> mean: array<f32>; // [N]
@group(0) @binding(5) var<storage, read_write> inverse_std: array<f32>; // [N]

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
  var sum = Element(0.0);
  for (var column = lane; column < parameters.columns; column += LANES) {
    sum += x[begin + column];
  }
  let center = reduce_sum(sum_of_parts(sum), lane) / parameters.count;
  var squares = Element(0.0);
  for (var column = lane; column < parameters.columns; column += LANES) {
    let distance = x[begin + column] - center;
    squares += distance * distance;
  }
  let inverse = inverseSqrt(reduce_sum(sum_of_parts(squares), lane) / parameters.count + parameters.eps);
  for (var column = lane; column < parameters.columns; column += LANES) {
    y[begin + column] = (x[begin + column] - center) * inverse * weight[column] + bias[column];
  }
  if lane == 0u {
    mean[row] = center;
    inverse_std[row] = inverse;
  }
}
