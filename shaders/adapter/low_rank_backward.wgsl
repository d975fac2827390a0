// grad_h[n, first + k] = scale * sum over j of grad_y[n, column + j] b[row + j, k]
// Each invocation owns one row n and one Element of the rank, and adds the part's columns in order. The loads of STEPS columns
// are on their way together.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;

const STEPS = 8u;

struct Parameters {
  rows: u32,
  stride: u32, // columns of grad_y
  columns: u32, // of the part
  column: u32,
  width: u32, // of grad_h, in Elements
  first: u32, // in Elements
  rank: u32, // in Elements
  row: u32,
  scale: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> grad_y: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> b: array<Element>; // [F, R]
@group(0) @binding(2) var<storage, read_write> grad_h: array<Element>; // [N, T R]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let n = i / parameters.rank;
  let k = i % parameters.rank;
  if n >= parameters.rows {
    return;
  }
  let from_y = n * parameters.stride + parameters.column;
  let from_b = parameters.row * parameters.rank + k;
  var sum = Element(0.0);
  for (var begin = 0u; begin < parameters.columns; begin += STEPS) {
    var of_y: array<f32, STEPS>;
    var of_b: array<Element, STEPS>;
    for (var i = 0u; i < STEPS; i += 1u) {
      let j = min(begin + i, parameters.columns - 1u);
      of_y[i] = grad_y[from_y + j];
      of_b[i] = b[from_b + j * parameters.rank];
    }
    for (var i = 0u; i < STEPS; i += 1u) {
      sum += select(0.0, of_y[i], begin + i < parameters.columns) * of_b[i];
    }
  }
  grad_h[n * parameters.width + parameters.first + k] = parameters.scale * sum;
}
