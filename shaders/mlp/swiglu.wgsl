// y = silu(gate) * up,  silu(g) = g / (1 + e^-g); gate and up are the halves of each row     (Shazeer 2020, arXiv 2002.05202)
// Each invocation handles one element of y (a vec4 where F allows).
import package::lib::element::{Element, sigmoid};
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  columns: u32, // F, in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> gate_up: array<Element>; // [N, 2F]
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // [N, F]

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
  let at = i + row * parameters.columns;
  let gate = gate_up[at];
  y[i] = gate * sigmoid(gate) * gate_up[at + parameters.columns];
}
