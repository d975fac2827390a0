// Attention of one new row per sequence over its cache: positions 0 .. position(s), by online softmax.
// One invocation a (sequence, query head).
import package::lib::element::{Element, inner};
import package::lib::grid::linear_workgroup;
import constants::HEAD_ELEMENTS;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  cache_positions: u32,
  scale: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [S, (H + 2K) D]
@group(0) @binding(1) var<storage, read> cache_keys: array<Element>; // [S, P, K, D]
@group(0) @binding(2) var<storage, read> cache_values: array<Element>; // [S, P, K, D]
@group(0) @binding(3) var<storage, read> positions: array<u32>; // [S]
@group(0) @binding(4) var<storage, read_write> out: array<Element>; // [S, H D]

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
  let stride = parameters.key_value_heads * HEAD_ELEMENTS;
  let base = row * parameters.cache_positions * stride + (head / group) * HEAD_ELEMENTS;
  var query: array<Element, HEAD_ELEMENTS>;
  var sum: array<Element, HEAD_ELEMENTS>;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    query[d] = qkv[row * width + head * HEAD_ELEMENTS + d] * parameters.scale;
    sum[d] = Element(0.0);
  }
  var largest = -1e30;
  var total = 0.0;
  for (var j = 0u; j <= positions[row]; j += 1u) {
    var score = 0.0;
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      score += inner(query[d], cache_keys[base + j * stride + d]);
    }
    let next = max(largest, score);
    let shrink = exp(largest - next);
    let weight = exp(score - next);
    total = total * shrink + weight;
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      sum[d] = sum[d] * shrink + weight * cache_values[base + j * stride + d];
    }
    largest = next;
  }
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    out[i * HEAD_ELEMENTS + d] = sum[d] / total;
  }
}
