// cache_keys[target(n), p] = cache_keys[source(n), p] and the same of cache_values, for the first `length(n)` positions p: sequences that
// begin alike share the pass over their beginning.
// Each invocation copies a word of keys and of values, or four of them; what the words hold is all the same.
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  positions: u32, // the longest length
  words: u32, // of a position, in Words
  cache_positions: u32,
}
var<immediate> parameters: Parameters;

@if(VEC4) alias Word = vec4u;
@if(!VEC4) alias Word = u32;

@group(0) @binding(0) var<storage, read> source: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> target_slot: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> length: array<u32>; // [N]
@group(0) @binding(3) var<storage, read_write> cache_keys: array<Word>; // [S, P, K, D]
@group(0) @binding(4) var<storage, read_write> cache_values: array<Word>; // [S, P, K, D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let place = i / parameters.words;
  let row = place / parameters.positions;
  let position = place % parameters.positions;
  if row >= parameters.rows || position >= length[row] {
    return;
  }
  let word = position * parameters.words + i % parameters.words;
  let slot = parameters.cache_positions * parameters.words;
  let destination = target_slot[row] * slot + word;
  let origin = source[row] * slot + word;
  cache_keys[destination] = cache_keys[origin];
  cache_values[destination] = cache_values[origin];
}
