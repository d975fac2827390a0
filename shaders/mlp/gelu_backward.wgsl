// With s = sigmoid(2u), u = sqrt(2/pi) * (x + 0.044715 x^3) and u' = sqrt(2/pi) * (1 + 3 * 0.044715 x^2):
//   grad_x = grad_y * (s + x * s * (1 - s) * 2u')
// With ERF grad_x = grad_y * ((1 + erf(x / sqrt(2))) / 2 + x e^(-x^2 / 2) / sqrt(2 pi)).
// Each invocation handles one element (a vec4 where the size allows).
import package::lib::element::Element;
import package::lib::gelu::gelu_slope;
import package::lib::grid::linear_workgroup;

struct Parameters {
  count: u32, // in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, F]
@group(0) @binding(1) var<storage, read> grad_y: array<Element>; // [N, F]
@group(0) @binding(2) var<storage, read_write> grad_x: array<Element>; // [N, F]

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
  @if(VEC4) { grad_x[i] = grad_y[i] * gelu_slope(x[i]); }
  @if(!VEC4) { grad_x[i] = grad_y[i] * gelu_slope(vec4f(x[i])).x; }
}
