// out_n = sum_b e^(m_b - m) sum_b / sum_b e^(m_b - m) total_b,  m = max_b m_b,  over the parts b of the positions 0 .. position(n) that
// decode_part left: sums holds sum_b, and scales m_b and total_b. Parts are added in order. Those behind position(n) hold nothing.
// Each invocation owns one element of a query head of a row, and loads TOGETHER parts at a time: the last part in place of those behind it.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::numeric::LOWEST;
import constants::HEAD_ELEMENTS;

struct Parameters {
  rows: u32,
  heads: u32,
  parts: u32,
  part_positions: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> sums: array<Element>; // [N, B, H D]
@group(0) @binding(2) var<storage, read> scales: array<vec2f>; // [N, B, H, 2]
@group(0) @binding(3) var<storage, read_write> out: array<Element>; // [N, H D]

const TOGETHER = 8u;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let row_head = i / HEAD_ELEMENTS;
  let row = row_head / parameters.heads;
  if row >= parameters.rows {
    return;
  }
  let head = row_head % parameters.heads;
  let parts = positions[row] / parameters.part_positions + 1u;
  let begin = row * parameters.parts * parameters.heads + head;
  var largest = LOWEST;
  for (var part = 0u; part < parts; part += TOGETHER) {
    for (var k = 0u; k < TOGETHER; k += 1u) {
      largest = max(largest, scales[begin + min(part + k, parts - 1u) * parameters.heads].x);
    }
  }
  var sum = Element(0.0);
  var total = 0.0;
  for (var part = 0u; part < parts; part += TOGETHER) {
    var part_scales: array<vec2f, TOGETHER>;
    var part_sums: array<Element, TOGETHER>;
    for (var k = 0u; k < TOGETHER; k += 1u) {
      let at = begin + min(part + k, parts - 1u) * parameters.heads;
      part_scales[k] = scales[at];
      part_sums[k] = sums[at * HEAD_ELEMENTS + i % HEAD_ELEMENTS];
    }
    for (var k = 0u; k < TOGETHER; k += 1u) {
      // Without a branch, into which compilers would move the loads.
      let is_part = part + k < parts;
      let shrink = exp(part_scales[k].x - largest);
      sum = select(sum, fma(Element(shrink), part_sums[k], sum), is_part);
      total = select(total, fma(shrink, part_scales[k].y, total), is_part);
    }
  }
  out[i] = sum / total;
}
