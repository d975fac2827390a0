// y[n, column + j] += scale * sum over k of h[n, first + k] b[row + j, k]
// The second half of an adapter (LoRA, Hu et al. 2021, arXiv 2106.09685), for one of the parts that lie side by side in y.
// Each invocation owns one column of the part and ROWS rows, so that a row of b is loaded once for all of them.
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;

const ROWS = 4u;

struct Parameters {
  rows: u32,
  stride: u32, // columns of y
  columns: u32, // of the part
  column: u32,
  width: u32, // of h, in Elements
  first: u32, // in Elements
  rank: u32, // in Elements
  row: u32,
  scale: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> h: array<Element>; // [N, T R]
@group(0) @binding(1) var<storage, read> b: array<Element>; // [F, R]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N, C]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let across = (parameters.columns + 63u) / 64u;
  let index = linear_workgroup(workgroup, workgroups);
  let j = index % across * 64u + lane;
  let begin = index / across * ROWS;
  if j >= parameters.columns || begin >= parameters.rows {
    return;
  }
  // A row past the last one reads the last one, and is not stored.
  let last = parameters.rows - 1u;
  let n = min(vec4u(begin) + vec4u(0u, 1u, 2u, 3u), vec4u(last)) * parameters.width + parameters.first;
  let at = (parameters.row + j) * parameters.rank;
  var sums = array<Element, ROWS>();
  for (var k = 0u; k < parameters.rank; k += 1u) {
    let weight = b[at + k];
    sums[0] += h[n.x + k] * weight;
    sums[1] += h[n.y + k] * weight;
    sums[2] += h[n.z + k] * weight;
    sums[3] += h[n.w + k] * weight;
  }
  for (var i = 0u; i < min(ROWS, parameters.rows - begin); i += 1u) {
    y[(begin + i) * parameters.stride + parameters.column + j] += parameters.scale * sum_of_parts(sums[i]);
  }
}
