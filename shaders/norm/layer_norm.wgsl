// y = (x - mean) * inverse_std * weight + bias,  inverse_std = 1 / sqrt(mean((x - mean)^2) + eps)     (Ba et al. 2016, arXiv 1607.06450)
// Each workgroup handles the rows of a block in order. A lane loads its Elements of a row together, every LANES-th one, and holds them
// (lib/held_row). The mean comes first and then the variance, because mean(x^2) - mean^2 would lose digits. Both are saved for the backward
// pass.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::held_row::{Held, RowStatistics, column_inside, is_inside, only_inside};
import package::lib::reduce::reduce_sum;
import constants::{LANES, PER_LANE};

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  count: f32, // C
  eps: f32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> weight: array<Element>; // [C]
@group(0) @binding(2) var<storage, read> bias: array<Element>; // [C]
@group(0) @binding(3) var<storage, read_write> y: array<Element>; // [N, C]
@group(0) @binding(4) var<storage, read_write> statistics: array<RowStatistics>; // [N, 2]

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
  var biases: Held;
  for (var k = 0u; k < PER_LANE; k += 1u) {
    let column = column_inside(k, lane, parameters.columns);
    weights[k] = weight[column];
    biases[k] = bias[column];
  }
  for (var row = first; row < end; row += 1u) {
    let begin = row * parameters.columns;
    var held: Held;
    for (var k = 0u; k < PER_LANE; k += 1u) {
      held[k] = x[begin + column_inside(k, lane, parameters.columns)];
    }
    held = only_inside(held, lane, parameters.columns);
    var sum = Element(0.0);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      sum += held[k];
    }
    let center = reduce_sum(sum_of_parts(sum), lane) / parameters.count;
    var squares = Element(0.0);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      if is_inside(k, lane, parameters.columns) {
        held[k] -= center;
        squares += held[k] * held[k];
      }
    }
    let inverse = inverseSqrt(reduce_sum(sum_of_parts(squares), lane) / parameters.count + parameters.eps);
    for (var k = 0u; k < PER_LANE; k += 1u) {
      let column = k * LANES + lane;
      if is_inside(k, lane, parameters.columns) {
        y[begin + column] = held[k] * inverse * weights[k] + biases[k];
      }
    }
    if lane == 0u {
      statistics[row] = RowStatistics(center, inverse);
    }
  }
}
