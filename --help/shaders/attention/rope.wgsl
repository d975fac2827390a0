// Rotary position embedding (Su et al. 2021, arXiv 2104.09864) of query and key heads. x1 and x2 come from the two halves of a head:
//   (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin);  direction -1 rotates back, which is the backward pass. Value heads are copied.
// Each invocation handles one element of the first half of a head and its partner in the second half.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import constants::HEAD_ELEMENTS;

struct Parameters {
  rows: u32,
  heads: u32, // H + 2K
  rotated_heads: u32, // H + K
  direction: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> table: array<Element>; // [P, D]
@group(0) @binding(3) var<storage, read_write> y: array<Element>; // [N, (H + 2K) D]

const HALF = HEAD_ELEMENTS / 2;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let packed_head = i / HALF;
  let row = packed_head / parameters.heads;
  if row >= parameters.rows {
    return;
  }
  let d = i % HALF;
  let at = packed_head * HEAD_ELEMENTS + d;
  let x1 = x[at];
  let x2 = x[at + HALF];
  if packed_head % parameters.heads >= parameters.rotated_heads {
    y[at] = x1;
    y[at + HALF] = x2;
    return;
  }
  let angle = positions[row] * HEAD_ELEMENTS + d;
  let cosine = table[angle];
  let sine = table[angle + HALF] * parameters.direction;
  y[at] = x1 * cosine - x2 * sine;
  y[at + HALF] = x2 * cosine + x1 * sine;
}
