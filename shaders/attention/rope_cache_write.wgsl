// rope and cache_write in one pass: query and key heads are rotated by their row's position, value heads copied, and
//   cache_keys[place(n)] = the rotated key heads of row n,  cache_values[place(n)] = its value heads,  place(n) = origin(n) + position(n)
// Of a head the first R numbers are rotated. Each invocation handles an element and its partner, of `heads_together` neighbouring heads.
import package::lib::cache::{Cached, to_cache};
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::rotary::{HALF, is_rotated, pair_of};
import constants::{HEAD_ELEMENTS, ROTARY_ELEMENTS};

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  heads_together: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> table: array<Element>; // [P, R]
@group(0) @binding(3) var<storage, read> origin: array<u32>; // [N]
@group(0) @binding(4) var<storage, read_write> y: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(5) var<storage, read_write> cache_keys: array<Cached>; // [T, K, D]
@group(0) @binding(6) var<storage, read_write> cache_values: array<Cached>; // [T, K, D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let packed_heads = parameters.heads + 2u * parameters.key_value_heads;
  let parts = (packed_heads + parameters.heads_together - 1u) / parameters.heads_together; // of a row
  let row = i / (HALF * parts);
  if row >= parameters.rows {
    return;
  }
  let d = i % HALF;
  let first = i / HALF % parts * parameters.heads_together;
  let end = min(first + parameters.heads_together, packed_heads);
  let query_end = clamp(parameters.heads, first, end);
  let key_end = clamp(parameters.heads + parameters.key_value_heads, first, end);
  let pair = pair_of(d);
  let begin = row * packed_heads * HEAD_ELEMENTS;
  let place = (origin[row] + positions[row]) * parameters.key_value_heads * HEAD_ELEMENTS;
  if first < key_end {
    // Where nothing is rotated, some angle of the position is read, and not used.
    let angle = positions[row] * ROTARY_ELEMENTS + select(0u, d, is_rotated(d));
    let cosine = table[angle];
    let sine = table[angle + ROTARY_ELEMENTS / 2];
    for (var head = first; head < key_end; head += 1u) {
      let at = begin + head * HEAD_ELEMENTS + pair;
      let x1 = x[at.x];
      let x2 = x[at.y];
      let y1 = select(x1, x1 * cosine - x2 * sine, is_rotated(d));
      let y2 = select(x2, x2 * cosine + x1 * sine, is_rotated(d));
      y[at.x] = y1;
      y[at.y] = y2;
      if head >= query_end {
        let cached = place + (head - parameters.heads) * HEAD_ELEMENTS + pair;
        cache_keys[cached.x] = to_cache(y1);
        cache_keys[cached.y] = to_cache(y2);
      }
    }
  }
  for (var head = key_end; head < end; head += 1u) {
    let at = begin + head * HEAD_ELEMENTS + pair;
    let x1 = x[at.x];
    let x2 = x[at.y];
    y[at.x] = x1;
    y[at.y] = x2;
    let cached = place + (head - parameters.heads - parameters.key_value_heads) * HEAD_ELEMENTS + pair;
    cache_values[cached.x] = to_cache(x1);
    cache_values[cached.y] = to_cache(x2);
  }
}
