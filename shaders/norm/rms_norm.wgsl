// y = x * inverse_rms * (weight_offset + weight),  inverse_rms = 1 / sqrt(mean(x^2) + eps)     (Zhang & Sennrich 2019, arXiv 1910.07467)
// weight_offset is 0, or 1 in Gemma.
// Each workgroup handles the rows of a block in order. A lane loads its Elements of a row together, every LANES-th one, and holds them
// (lib/held_row). inverse_rms is saved for the backward pass.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::held_row::{Held, column_inside, is_inside, only_inside};
import package::lib::reduce::reduce_sum;
import constants::{LANES, PER_LANE};

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  count: f32, // C
  eps: f32,
  weight_offset: f32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<Element>; // [C]
@group(0) @binding(2) var<storage, read_write> y: array<Element>; // [N, C]
@group(0) @binding(3) var<storage, read_write> inverse_rms: array<f32>; // [N]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let first = linear_workgroup(workgroup, workgroups) * parameters.block_rows;
  let end = min(first + parameters.block_rows, parameters.rows);
  if first >= end {
    return;
  }
  var weights: Held;
  for (var k = 0u; k < PER_LANE; k += 1u) {
    weights[k] = parameters.weight_offset + weight[column_inside(k, lane, parameters.columns)];
  }
  for (var row = first; row < end; row += 1u) {
    let begin = row * parameters.columns;
    var held: Held;
    for (var k = 0u; k < PER_LANE; k += 1u) {
      held[k] = x[begin + column_inside(k, lane, parameters.columns)];
    }
    held = only_inside(held, lane, parameters.columns);
    var squares = Element(0.0);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      squares += held[k] * held[k];
    }
    let inverse = inverseSqrt(reduce_sum(sum_of_parts(squares), lane) / parameters.count + parameters.eps);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let column = k * LANES + lane;
      if is_inside(k, lane, parameters.columns) {
        y[begin + column] = held[k] * inverse * weights[k];
      }
    }
    if lane == 0u {
      inverse_rms[row] = inverse;
    }
  }
}
