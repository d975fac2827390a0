// dS_ij = P_ij (dO_i . v_j - delta_i),  dQ_i = scale * sum_j dS_ij k_j,  delta_i = dO_i . O_i (saved for the other kernel).
// One invocation a (row, query head), keys in order.
import package::lib::element::{Element, inner};
import package::lib::grid::linear_workgroup;
import constants::HEAD_ELEMENTS;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  scale: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> sequence_start: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> out: array<Element>; // [N, H D]
@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> grad_out: array<Element>; // [N, H D]
@group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(6) var<storage, read_write> delta: array<f32>; // [N, H]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.rows * parameters.heads {
    return;
  }
  let row = i / parameters.heads;
  let head = i % parameters.heads;
  let group = parameters.heads / parameters.key_value_heads;
  let width = (parameters.heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let q_at = row * width + head * HEAD_ELEMENTS;
  let k_at = (parameters.heads + head / group) * HEAD_ELEMENTS;
  let v_at = k_at + parameters.key_value_heads * HEAD_ELEMENTS;
  var query: array<Element, HEAD_ELEMENTS>;
  var grad: array<Element, HEAD_ELEMENTS>;
  var sum: array<Element, HEAD_ELEMENTS>;
  var product = 0.0;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    query[d] = qkv[q_at + d] * parameters.scale;
    grad[d] = grad_out[i * HEAD_ELEMENTS + d];
    product += inner(grad[d], out[i * HEAD_ELEMENTS + d]);
    sum[d] = Element(0.0);
  }
  for (var j = sequence_start[row]; j <= row; j += 1u) {
    var score = 0.0;
    var along = 0.0;
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      score += inner(query[d], qkv[j * width + k_at + d]);
      along += inner(grad[d], qkv[j * width + v_at + d]);
    }
    let slope = exp(score - log_sum_exp[i]) * (along - product) * parameters.scale;
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      sum[d] = fma(Element(slope), qkv[j * width + k_at + d], sum[d]);
    }
  }
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    grad_qkv[q_at + d] = sum[d];
  }
  delta[i] = product;
}
