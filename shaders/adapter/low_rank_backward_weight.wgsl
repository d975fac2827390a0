// grad_b[row + j, k] = scale * sum over n of grad_y[n, column + j] h[n, first + k]   (+ grad_b[row + j, k] where accumulate is 1)
// Each invocation owns one column j of the part and one Element of the rank, and adds the rows in order. The loads of
// STEPS rows are on their way together.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;

const STEPS = 8u;

struct Parameters {
  rows: u32,
  stride: u32, // columns of grad_y
  columns: u32, // of the part
  column: u32,
  width: u32, // of h, in Elements
  first: u32, // in Elements
  rank: u32, // in Elements
  row: u32,
  scale: f32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> grad_y: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> h: array<Element>; // [N, T R]
@group(0) @binding(2) var<storage, read_write> grad_b: array<Element>; // [F, R]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let j = i / parameters.rank;
  let k = i % parameters.rank;
  if j >= parameters.columns {
    return;
  }
  var sum = Element(0.0);
  for (var begin = 0u; begin < parameters.rows; begin += STEPS) {
    var of_y: array<f32, STEPS>;
    var of_h: array<Element, STEPS>;
    for (var i = 0u; i < STEPS; i += 1u) {
      let n = min(begin + i, parameters.rows - 1u);
      of_y[i] = grad_y[n * parameters.stride + parameters.column + j];
      of_h[i] = h[n * parameters.width + parameters.first + k];
    }
    for (var i = 0u; i < STEPS; i += 1u) {
      sum += select(0.0, of_y[i], begin + i < parameters.rows) * of_h[i];
    }
  }
  sum *= parameters.scale;
  let at = (parameters.row + j) * parameters.rank + k;
  if parameters.accumulate == 1u {
    sum += grad_b[at];
  }
  grad_b[at] = sum;
}
