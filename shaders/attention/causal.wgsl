// out_i = sum_j softmax_j(q_i . k_j / sqrt(D)) v_j over the rows j = start(i) .. i of the same sequence, by online softmax.
// log_sum_exp is saved for the backward pass. One invocation a (row, query head).
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
@group(0) @binding(2) var<storage, read_write> out: array<Element>; // [N, H D]
@group(0) @binding(3) var<storage, read_write> log_sum_exp: array<f32>; // [N, H]

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
  var sum: array<Element, HEAD_ELEMENTS>;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    query[d] = qkv[q_at + d] * parameters.scale;
    sum[d] = Element(0.0);
  }
  var largest = -1e30;
  var total = 0.0;
  for (var j = sequence_start[row]; j <= row; j += 1u) {
    var score = 0.0;
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      score += inner(query[d], qkv[j * width + k_at + d]);
    }
    let next = max(largest, score);
    let shrink = exp(largest - next);
    let weight = exp(score - next);
    total = total * shrink + weight;
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      sum[d] = sum[d] * shrink + weight * qkv[j * width + v_at + d];
    }
    largest = next;
  }
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    out[i * HEAD_ELEMENTS + d] = sum[d] / total;
  }
  log_sum_exp[i] = largest + log(total);
}
