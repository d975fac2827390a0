// Rotary positions (Su et al. 2021, arXiv 2104.09864), halves rotated as Hugging Face does:
//   (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin) for query and key heads; value heads are copied. direction -1 is the backward pass.
// One invocation an element of the first half (rotated heads) or any element (values).
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  width: u32,
  rotated: u32,
  head_dim: u32,
  direction: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> table: array<f32>; // [P, D]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, (H + 2K) D]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.rows * parameters.width {
    return;
  }
  let row = i / parameters.width;
  let column = i % parameters.width;
  if column >= parameters.rotated {
    y[i] = x[i];
    return;
  }
  let half = parameters.head_dim / 2u;
  let d = column % parameters.head_dim;
  let pair = d % half;
  let at = positions[row] * parameters.head_dim + pair;
  let cosine = table[at];
  let sine = table[at + half] * parameters.direction;
  if d < half {
    y[i] = x[i] * cosine - x[i + half] * sine;
  } else {
    y[i] = x[i] * cosine + x[i - half] * sine;
  }
}
