// Rotary position embedding (Su et al. 2021, arXiv 2104.09864) of the first R numbers of query and key heads. x1 and x2 come from the two
// halves of these:
//   (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin);  direction -1 rotates back, which is the backward pass. All else is copied.
// Each invocation handles an element and its partner, of `heads_together` neighbouring heads.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::rotary::{HALF, is_rotated, pair_of};
import constants::{HEAD_ELEMENTS, ROTARY_ELEMENTS};

struct Parameters {
  rows: u32,
  heads: u32, // H + 2K
  rotated_heads: u32, // H + K
  heads_together: u32,
  direction: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> table: array<Element>; // [P, R]
@group(0) @binding(3) var<storage, read_write> y: array<Element>; // [N, (H + 2K) D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let parts = (parameters.heads + parameters.heads_together - 1u) / parameters.heads_together; // of a row
  let row = i / (HALF * parts);
  if row >= parameters.rows {
    return;
  }
  let d = i % HALF;
  let first = i / HALF % parts * parameters.heads_together;
  let end = min(first + parameters.heads_together, parameters.heads);
  let rotated_end = select(first, clamp(parameters.rotated_heads, first, end), is_rotated(d));
  let pair = pair_of(d);
  let begin = row * parameters.heads * HEAD_ELEMENTS;
  if first < rotated_end {
    let angle = positions[row] * ROTARY_ELEMENTS + d;
    let cosine = table[angle];
    let sine = table[angle + ROTARY_ELEMENTS / 2] * parameters.direction;
    for (var head = first; head < rotated_end; head += 1u) {
      let at = begin + head * HEAD_ELEMENTS + pair;
      let x1 = x[at.x];
      let x2 = x[at.y];
      y[at.x] = x1 * cosine - x2 * sine;
      y[at.y] = x2 * cosine + x1 * sine;
    }
  }
  for (var head = rotated_end; head < end; head += 1u) {
    let at = begin + head * HEAD_ELEMENTS + pair;
    y[at.x] = x[at.x];
    y[at.y] = x[at.y];
  }
}
