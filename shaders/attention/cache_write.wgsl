// cache_keys[place(n)] = the key heads of row n,  cache_values[place(n)] = its value heads,  place(n) = origin(n) + position(n)  (mod 2^32)
// Each invocation copies one element of a row's key heads and the same element of its value heads.
import package::lib::cache::{Cached, to_cache};
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  query_elements: u32,
  key_elements: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> origin: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(3) var<storage, read_write> cache_keys: array<Cached>; // [T, K, D]
@group(0) @binding(4) var<storage, read_write> cache_values: array<Cached>; // [T, K, D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let key_elements = parameters.key_elements;
  let row = i / key_elements;
  if row >= parameters.rows {
    return;
  }
  let column = i % key_elements;
  let key = row * (parameters.query_elements + 2u * key_elements) + parameters.query_elements + column;
  let cached = (origin[row] + positions[row]) * key_elements + column;
  cache_keys[cached] = to_cache(qkv[key]);
  cache_values[cached] = to_cache(qkv[key + key_elements]);
}
