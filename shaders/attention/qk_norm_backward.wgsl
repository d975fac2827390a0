// With xhat = x * inverse_rms and s = (weight_offset + weight) * grad_y, for every query and key head:
//   grad_x = inverse_rms * (s - xhat * mean(s * xhat));  the gradients of value heads are copied.
// Each invocation handles one head of a row.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import constants::HEAD_ELEMENTS;

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

alias HeadVector = array<Element, HEAD_ELEMENTS>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let heads = parameters.heads + 2u * parameters.key_value_heads;
  let normed_heads = parameters.heads + parameters.key_value_heads;
  let row = i / heads;
  if row >= parameters.rows {
    return;
  }
  let head = i % heads;
  let begin = i * HEAD_ELEMENTS;
  if head >= normed_heads {
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      grad_x[begin + d] = grad_y[begin + d];
    }
    return;
  }
  let inverse = inverse_rms[row * normed_heads + head];
  var normed: HeadVector;
  var scaled: HeadVector;
  var product = Element(0.0);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    normed[d] = x[begin + d] * inverse;
    let weight = select(key_weight[d], query_weight[d], head < parameters.heads);
    scaled[d] = grad_y[begin + d] * (parameters.weight_offset + weight);
    product = fma(scaled[d], normed[d], product);
  }
  let mean = sum_of_parts(product) / f32(parameters.head_dim);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    grad_x[begin + d] = inverse * (scaled[d] - normed[d] * mean);
  }
}
