// out_n = sum_b e^(m_b - m) sum_b / sum_b e^(m_b - m) total_b,  m = max_b m_b,  over the parts b of the positions 0 .. position(n) that
// decode_part left: sums holds sum_b, and scales m_b and total_b. Parts are added in order. Those behind position(n) hold nothing.
// Each invocation owns one element of a query head of a row.
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
  for (var part = 0u; part < parts; part += 1u) {
    largest = max(largest, scales[begin + part * parameters.heads].x);
  }
  var sum = Element(0.0);
  var total = 0.0;
  for (var part = 0u; part < parts; part += 1u) {
    let at = begin + part * parameters.heads;
    let scale = scales[at];
    let shrink = exp(scale.x - largest);
    sum = fma(Element(shrink), sums[at * HEAD_ELEMENTS + i % HEAD_ELEMENTS], sum);
    total = fma(shrink, scale.y, total);
  }
  out[i] = sum / total;
}
