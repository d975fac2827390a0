// cache_keys[sequence(n), position(n)] = k_n, and likewise values, in place.
// One invocation an element of the key heads of a row.
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  query_width: u32,
  key_width: u32,
  cache_positions: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> sequence: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(3) var<storage, read_write> cache_keys: array<f32>; // [S, P, K, D]
@group(0) @binding(4) var<storage, read_write> cache_values: array<f32>; // [S, P, K, D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.rows * parameters.key_width {
    return;
  }
  let row = i / parameters.key_width;
  let column = i % parameters.key_width;
  let source = row * (parameters.query_width + 2u * parameters.key_width) + parameters.query_width + column;
  let target_index = (sequence[row] * parameters.cache_positions + positions[row]) * parameters.key_width + column;
  cache_keys[target_index] = qkv[source];
  cache_values[target_index] = qkv[source + parameters.key_width];
}
