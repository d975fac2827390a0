// With s = sigmoid(2u), u = sqrt(2/pi) * (x + 0.044715 x^3) and u' = sqrt(2/pi) * (1 + 3 * 0.044715 x^2):
//   grad_x = grad_y * (s + x * s * (1 - s) * 2u')
// One invocation an element (a vec4 where the size allows).
import package::lib::element::Element;
import package::lib::element::sigmoid;
import package::lib::grid::linear_workgroup;

struct Parameters {
  count: u32, // in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, F]
@group(0) @binding(1) var<storage, read> grad_y: array<Element>; // [N, F]
@group(0) @binding(2) var<storage, read_write> grad_x: array<Element>; // [N, F]

const TWICE_SQRT_2_OVER_PI = 1.5957691216057308;

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
  // Beyond 10 the derivative is 0 or 1, and x^3 stays finite.
  let near = clamp(x[i], Element(-10.0), Element(10.0));
  let squared = near * near;
  let s = sigmoid(TWICE_SQRT_2_OVER_PI * near * (1.0 + 0.044715 * squared));
  let slope = TWICE_SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044715 * squared);
  grad_x[i] = grad_y[i] * (s + near * s * (1.0 - s) * slope);
}
