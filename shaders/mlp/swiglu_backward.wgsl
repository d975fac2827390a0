// With s = 1 / (1 + e^-gate):
//   grad_up = grad_y * gate * s,  grad_gate = grad_y * up * s * (1 + gate * (1 - s))
// Each invocation handles one element of grad_y (a vec4 where F allows).
import package::lib::element::{Element, sigmoid};
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  columns: u32, // F, in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> gate_up: array<Element>; // [N, 2F]
@group(0) @binding(1) var<storage, read> grad_y: array<Element>; // [N, F]
@group(0) @binding(2) var<storage, read_write> grad_gate_up: array<Element>; // [N, 2F]

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
  let up = gate_up[at + parameters.columns];
  let s = sigmoid(gate);
  let gradient = grad_y[i];
  grad_gate_up[at] = gradient * up * s * (1.0 + gate * (1.0 - s));
  grad_gate_up[at + parameters.columns] = gradient * gate * s;
}
