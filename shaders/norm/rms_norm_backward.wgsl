// With xhat = x * inverse_rms and s = (weight_offset + weight) * grad_y:
//   grad_x = inverse_rms * (s - xhat * mean(s * xhat))
//   partial[b, c] = sum over the rows n of block b of grad_y[n, c] * xhat[n, c], with WEIGHT; column_sum adds the blocks up
// With RESIDUAL the gradient of x from its other readers is added, because x also continues the residual stream.
// Each workgroup handles the rows of a block in order. A lane loads its Elements of a row together, every LANES-th one, and holds them
// (lib/held_row). It keeps the sums of its columns meanwhile.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::held_row::{Held, column_inside, is_inside};
import package::lib::reduce::reduce_sum;
import constants::{LANES, PER_LANE};

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  count: f32, // C
  weight_offset: f32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<Element>; // [C]
@group(0) @binding(2) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(3) var<storage, read> inverse_rms: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<Element>; // [N, C]
@group(0) @binding(5) var<storage, read_write> grad_x: array<Element>; // [N, C]
@if(WEIGHT) @group(0) @binding(6) var<storage, read_write> partial: array<Element>; // [B, C]

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
  var weights: Held;
  for (var k = 0u; k < PER_LANE; k += 1u) {
    weights[k] = parameters.weight_offset + weight[column_inside(k, lane, parameters.columns)];
  }
  @if(WEIGHT) var weight_sums: Held;
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    let begin = row * parameters.columns;
    let inverse = inverse_rms[row];
    var values: Held;
    var gradients: Held;
    @if(RESIDUAL) var residuals: Held;
    var projection = Element(0.0);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let column = column_inside(k, lane, parameters.columns);
      @if(RESIDUAL) { residuals[k] = residual[begin + column]; }
      values[k] = x[begin + column];
      gradients[k] = select(Element(), grad_y[begin + column], is_inside(k, lane, parameters.columns));
    }
    for (var k = 0u; k < PER_LANE; k += 1u) {
      @if(WEIGHT) { weight_sums[k] += gradients[k] * values[k] * inverse; }
      projection += weights[k] * gradients[k] * values[k];
    }
    let mean = reduce_sum(sum_of_parts(projection), lane) * inverse / parameters.count;
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let scaled = weights[k] * gradients[k];
      gradients[k] = inverse * (scaled - values[k] * inverse * mean);
      @if(RESIDUAL) { gradients[k] += residuals[k]; }
    }
    for (var k = 0u; k < PER_LANE; k += 1u) {
      if is_inside(k, lane, parameters.columns) {
        grad_x[begin + k * LANES + lane] = gradients[k];
      }
    }
  }
  @if(WEIGHT)
  for (var k = 0u; k < PER_LANE; k += 1u) {
    let column = k * LANES + lane;
    if is_inside(k, lane, parameters.columns) {
      partial[block * parameters.columns + column] = weight_sums[k];
    }
  }
}
