// y[n, b, a, i] = x[n, a, b, i], a < A, b < B: the blocks of a row of C columns, of C / (A B) each, change from A groups of B to B groups of A.
// Each invocation handles one element (a vec4 where the length of a block allows).
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  groups: u32, // A
  blocks: u32, // B
  block: u32, // in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // [N, C]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane; // of y
  let columns = parameters.groups * parameters.blocks * parameters.block;
  let row = i / columns;
  if row >= parameters.rows {
    return;
  }
  let c = i % parameters.block;
  let a = i / parameters.block % parameters.groups;
  let b = i % columns / (parameters.block * parameters.groups);
  y[i] = x[row * columns + (a * parameters.blocks + b) * parameters.block + c];
}
