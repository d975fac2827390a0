// y[n, y_begin + i] = x[n, x_begin + i] for i < count: a window of columns, copied between matrices whose rows have different lengths.
// The columns `first` to `first + columns` of y are written, and are zero outside the window.
// Each invocation handles one element (a vec4 where both lengths and all beginnings allow).
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;

// All but rows in Elements.
struct Parameters {
  rows: u32,
  first: u32,
  columns: u32,
  x_begin: u32,
  y_begin: u32,
  count: u32,
  x_stride: u32,
  y_stride: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // [N, K]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let row = i / parameters.columns;
  if row >= parameters.rows {
    return;
  }
  let column = parameters.first + i % parameters.columns;
  var value = Element();
  if column >= parameters.y_begin && column - parameters.y_begin < parameters.count {
    value = x[row * parameters.x_stride + parameters.x_begin + column - parameters.y_begin];
  }
  y[row * parameters.y_stride + column] = value;
}
