// y = x/2 * (1 + tanh(u)),  u = sqrt(2/pi) * (x + 0.044715 x^3)     (Hendrycks & Gimpel 2016, arXiv 1606.08415; GPT-2's form)
// The kernel computes x * sigmoid(2u), which is the same function and whose exponential can be kept from overflowing.
// With ERF y = x/2 * (1 + erf(x / sqrt(2))), which the tanh form approximates (lib/gelu).
// Each invocation handles one element (a vec4 where the size allows).
import package::lib::element::Element;
import package::lib::gelu::gelu;
import package::lib::grid::linear_workgroup;

struct Parameters {
  count: u32, // in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, F]
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // [N, F]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.count {
    return;
  }
  @if(VEC4) { y[i] = gelu(x[i]); }
  @if(!VEC4) { y[i] = gelu(vec4f(x[i])).x; }
}
