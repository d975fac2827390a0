// With xhat = (x - mean) * inverse_std and s = weight * grad_y:
//   grad_x = inverse_std * (s - mean(s) - xhat * mean(s * xhat))
//   partial_weight[b, c] = sum over the rows n of block b of grad_y[n, c] * xhat[n, c], with WEIGHT
//   partial_bias[b, c] = sum over the rows n of block b of grad_y[n, c], with WEIGHT; column_sum adds the blocks up
// With RESIDUAL the gradient of x from its other readers is added, because x also continues the residual stream.
// Each workgroup handles the rows of a block in order. A lane loads its Elements of a row together, every LANES-th one, and holds them
// (lib/held_row). It keeps the sums of its columns meanwhile.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::held_row::{Held, RowStatistics, column_inside, is_inside};
import package::lib::reduce::reduce_sum;
import constants::{LANES, PER_LANE};

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  count: f32, // C
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<Element>; // [C]
@group(0) @binding(2) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(3) var<storage, read> statistics: array<RowStatistics>; // [N, 2]
@group(0) @binding(4) var<storage, read> residual: array<Element>; // [N, C]
@group(0) @binding(5) var<storage, read_write> grad_x: array<Element>; // [N, C]
@if(WEIGHT) @group(0) @binding(6) var<storage, read_write> partial_weight: array<Element>; // [B, C]
@if(WEIGHT) @group(0) @binding(7) var<storage, read_write> partial_bias: array<Element>; // [B, C]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let block = linear_workgroup(workgroup, workgroups);
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  if block * parameters.block_rows >= end {
    return;
  }
  @if(WEIGHT) var weight_sums: Held;
  @if(WEIGHT) var bias_sums: Held;
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    let begin = row * parameters.columns;
    let center = statistics[row].mean;
    let inverse = statistics[row].inverse_std;
    var distances: Held;
    var scaled: Held;
    @if(RESIDUAL) var residuals: Held;
    var sum = Element(0.0);
    var projection = Element(0.0);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let column = column_inside(k, lane, parameters.columns);
      @if(RESIDUAL) { residuals[k] = residual[begin + column]; }
      distances[k] = x[begin + column] - center;
      let gradient = select(Element(), grad_y[begin + column], is_inside(k, lane, parameters.columns));
      scaled[k] = weight[column] * gradient;
      @if(WEIGHT) { weight_sums[k] += gradient * distances[k] * inverse; }
      @if(WEIGHT) { bias_sums[k] += gradient; }
      sum += scaled[k];
      projection += scaled[k] * distances[k];
    }
    let mean_s = reduce_sum(sum_of_parts(sum), lane) / parameters.count;
    let mean_s_xhat = reduce_sum(sum_of_parts(projection), lane) * inverse / parameters.count;
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let xhat = distances[k] * inverse;
      scaled[k] = inverse * (scaled[k] - mean_s - xhat * mean_s_xhat);
      @if(RESIDUAL) { scaled[k] += residuals[k]; }
    }
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let column = k * LANES + lane;
      if is_inside(k, lane, parameters.columns) {
        grad_x[begin + column] = scaled[k];
      }
    }
  }
  @if(WEIGHT)
  for (var k = 0u; k < PER_LANE; k += 1u) {
    let column = k * LANES + lane;
    if is_inside(k, lane, parameters.columns) {
      partial_weight[block * parameters.columns + column] = weight_sums[k];
      partial_bias[block * parameters.columns + column] = bias_sums[k];
    }
  }
}
