// With xhat = x * inverse_rms and s = (weight_offset + weight) * grad_y, for every query and key head:
//   grad_x = inverse_rms * (s - xhat * mean(s * xhat));  the gradients of value heads are copied.
// TEAM invocations share a head of a row (lib/head_team).
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::head_team::{HeadPart, INVOCATIONS, PER_MEMBER, element_of, is_inside, nearest_of, sum_of_team};
import constants::{HEAD_ELEMENTS, TEAM};

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  head_dim: u32,
  weight_offset: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> query_weight: array<Element>; // [D]
@group(0) @binding(2) var<storage, read> key_weight: array<Element>; // [D]
@group(0) @binding(3) var<storage, read> grad_y: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(4) var<storage, read> inverse_rms: array<f32>; // [N, H + K]
@group(0) @binding(5) var<storage, read_write> grad_x: array<Element>; // [N, (H + 2K) D]

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let heads = parameters.heads + 2u * parameters.key_value_heads;
  let normed_heads = parameters.heads + parameters.key_value_heads;
  let count = parameters.rows * heads;
  let i = (linear_workgroup(workgroup, workgroups) * INVOCATIONS + lane) / TEAM;
  // All invocations meet at the barrier of a team.
  let own = min(i, count - 1u);
  let head = own % heads;
  let begin = own * HEAD_ELEMENTS;
  let inverse = inverse_rms[own / heads * normed_heads + min(head, normed_heads - 1u)];
  var normed: HeadPart;
  var scaled: HeadPart;
  for (var k = 0u; k < PER_MEMBER; k += 1u) {
    let d = nearest_of(k, lane);
    let weight = parameters.weight_offset + select(key_weight[d], query_weight[d], head < parameters.heads);
    normed[k] = x[begin + d] * inverse;
    // The gradients of value heads are copied.
    scaled[k] = grad_y[begin + d] * select(Element(1.0), weight, head < normed_heads);
  }
  var products = Element(0.0);
  for (var k = 0u; k < PER_MEMBER; k += 1u) {
    products = fma(select(Element(), scaled[k], is_inside(k, lane)), normed[k], products);
  }
  let mean = sum_of_team(sum_of_parts(products), lane) / f32(parameters.head_dim);
  if i >= count {
    return;
  }
  for (var k = 0u; k < PER_MEMBER; k += 1u) {
    if is_inside(k, lane) {
      let gradient = inverse * (scaled[k] - normed[k] * mean);
      grad_x[begin + element_of(k, lane)] = select(scaled[k], gradient, head < normed_heads);
    }
  }
}
