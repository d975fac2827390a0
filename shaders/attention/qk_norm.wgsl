// y = x * inverse_rms * (weight_offset + weight) for every query and key head (Qwen3, arXiv 2505.09388), where inverse_rms =
// 1 / sqrt(mean(x^2) + eps) over the D numbers of the head, weight is query_weight or key_weight, and weight_offset is 0, or 1 in Gemma.
// Value heads are copied. inverse_rms is saved for the backward pass.
// Each invocation handles one head of a row.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import constants::HEAD_ELEMENTS;

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
  var vector: HeadVector;
  var squares = Element(0.0);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    vector[d] = x[begin + d];
    squares = fma(vector[d], vector[d], squares);
  }
  if head >= normed_heads {
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      y[begin + d] = vector[d];
    }
    return;
  }
  let inverse = inverseSqrt(sum_of_parts(squares) / f32(parameters.head_dim) + parameters.eps);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    let weight = select(key_weight[d], query_weight[d], head < parameters.heads);
    y[begin + d] = vector[d] * inverse * (parameters.weight_offset + weight);
  }
  inverse_rms[row * normed_heads + head] = inverse;
}
