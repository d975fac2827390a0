// In place:  logits <- cap tanh(logits / cap)     (the cap of Gemma 2's logits, arXiv 2408.00118)
// What pads a row is zero and stays so. Each invocation handles one element (a vec4 where the size allows).
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::soft_cap::{soft_cap, soft_cap_of_four};

struct Parameters {
  count: u32, // in Elements
  cap: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> logits: array<Element>; // [N, V]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i < parameters.count {
    @if(VEC4) { logits[i] = soft_cap_of_four(logits[i], parameters.cap); }
    @if(!VEC4) { logits[i] = soft_cap(logits[i], parameters.cap); }
  }
}
