// y = x * inverse_rms * (weight_offset + weight) for every query and key head (Qwen3, arXiv 2505.09388), where inverse_rms =
// 1 / sqrt(mean(x^2) + eps) over the D numbers of the head, weight is query_weight or key_weight, and weight_offset is 0, or 1 in Gemma.
// Value heads are copied. inverse_rms is saved for the backward pass.
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
  eps: f32,
  weight_offset: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> query_weight: array<Element>; // [D]
@group(0) @binding(2) var<storage, read> key_weight: array<Element>; // [D]
@group(0) @binding(3) var<storage, read_write> y: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(4) var<storage, read_write> inverse_rms: array<f32>; // [N, H + K]

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
  var vector: HeadPart;
  for (var k = 0u; k < PER_MEMBER; k += 1u) {
    vector[k] = x[begin + nearest_of(k, lane)];
  }
  var squares = Element(0.0);
  for (var k = 0u; k < PER_MEMBER; k += 1u) {
    let inside = select(Element(), vector[k], is_inside(k, lane));
    squares = fma(inside, inside, squares);
  }
  let inverse = inverseSqrt(sum_of_team(sum_of_parts(squares), lane) / f32(parameters.head_dim) + parameters.eps);
  if i >= count {
    return;
  }
  for (var k = 0u; k < PER_MEMBER; k += 1u) {
    if is_inside(k, lane) {
      let d = element_of(k, lane);
      let weight = select(key_weight[d], query_weight[d], head < parameters.heads);
      y[begin + d] = select(vector[k], vector[k] * inverse * (parameters.weight_offset + weight), head < normed_heads);
    }
  }
  if head < normed_heads && lane % TEAM == 0u {
    inverse_rms[own / heads * normed_heads + head] = inverse;
  }
}
