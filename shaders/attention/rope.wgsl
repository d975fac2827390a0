// Rotary positions (Su et al. 2021, arXiv 2104.09864), halves rotated as Hugging Face does: with the pair (x1, x2) = (x[d], x[d + D/2]),
//   y1 = x1 cos - x2 sin,  y2 = x2 cos + x1 sin     for query and key heads; value heads are copied.
// direction -1 turns back: the backward pass. The table holds the cosines, then the sines, of every position's D/2 angles.
// One workgroup a row; its lanes stride over the pairs of a head, heads in order.
import package::lib::grid::linear_workgroup;
import constants::LANES;

struct Parameters {
  rows: u32,
  rotated_heads: u32,
  copied_heads: u32,
  head_dim: u32,
  direction: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> table: array<f32>; // [P, D]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, (H + 2K) D]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups);
  if row >= parameters.rows {
    return;
  }
  let half = parameters.head_dim / 2u;
  let begin = row * (parameters.rotated_heads + parameters.copied_heads) * parameters.head_dim;
  let angles = positions[row] * parameters.head_dim;
  for (var pair = lane; pair < half; pair += LANES) {
    let cosine = table[angles + pair];
    let sine = table[angles + half + pair] * parameters.direction;
    for (var head = 0u; head < parameters.rotated_heads; head += 1u) {
      let i = begin + head * parameters.head_dim + pair;
      let x1 = x[i];
      let x2 = x[i + half];
      y[i] = x1 * cosine - x2 * sine;
      y[i + half] = x2 * cosine + x1 * sine;
    }
  }
  let copied = begin + parameters.rotated_heads * parameters.head_dim;
  for (var i = lane; i < parameters.copied_heads * parameters.head_dim; i += LANES) {
    y[copied + i] = x[copied + i];
  }
}
