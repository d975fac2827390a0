// dV_j = sum_i P_ij dO_i,  dK_j = scale * sum_i dS_ij q_i over the rows i >= j of the sequence and the query heads of the group.
// One invocation a (row, key-value head), queries in order.
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
@group(0) @binding(1) var<storage, read> sequence_end: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@group(0) @binding(3) var<storage, read> delta: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> grad_out: array<Element>; // [N, H D]
@group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.rows * parameters.key_value_heads {
    return;
  }
  let row = i / parameters.key_value_heads;
  let key_value_head = i % parameters.key_value_heads;
  let group = parameters.heads / parameters.key_value_heads;
  let width = (parameters.heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let k_at = row * width + (parameters.heads + key_value_head) * HEAD_ELEMENTS;
  let v_at = k_at + parameters.key_value_heads * HEAD_ELEMENTS;
  var key: array<Element, HEAD_ELEMENTS>;
  var value: array<Element, HEAD_ELEMENTS>;
  var key_sum: array<Element, HEAD_ELEMENTS>;
  var value_sum: array<Element, HEAD_ELEMENTS>;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    key[d] = qkv[k_at + d] * parameters.scale;
    value[d] = qkv[v_at + d];
    key_sum[d] = Element(0.0);
    value_sum[d] = Element(0.0);
  }
  for (var head = key_value_head * group; head < (key_value_head + 1u) * group; head += 1u) {
    for (var query = row; query < sequence_end[row]; query += 1u) {
      let q_at = query * width + head * HEAD_ELEMENTS;
      let o_at = (query * parameters.heads + head) * HEAD_ELEMENTS;
      var score = 0.0;
      var along = 0.0;
      for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
        score += inner(key[d], qkv[q_at + d]);
        along += inner(value[d], grad_out[o_at + d]);
      }
      let weight = exp(score - log_sum_exp[query * parameters.heads + head]);
      let slope = weight * (along - delta[query * parameters.heads + head]) * parameters.scale;
      for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
        value_sum[d] = fma(Element(weight), grad_out[o_at + d], value_sum[d]);
        key_sum[d] = fma(Element(slope), qkv[q_at + d], key_sum[d]);
      }
    }
  }
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    grad_qkv[k_at + d] = key_sum[d];
    grad_qkv[v_at + d] = value_sum[d];
  }
}
