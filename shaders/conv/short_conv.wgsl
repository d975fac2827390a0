// y[n, c] = C[n, c] (bias[c] + sum over j = 0 .. L - 1 of weight[c, L - 1 - j] (B x)[n - j, c]), with B, C and x side by side in bcx
// (LFM2, Liquid AI 2025). Row n - j counts where it belongs to the sequence of row n, which is where positions[n] >= j, for the rows of a
// sequence follow one another. Without BIAS there is none, and `bias` is not read.
// Each invocation handles one element of the rows of a block, so that it reads its weights once.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::taps::{gated, taps_of};
import constants::TAPS;

struct Parameters {
  rows: u32,
  columns: u32, // C in Elements
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> bcx: array<Element>; // [N, 3 C]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [C, L]
@group(0) @binding(2) var<storage, read> bias: array<Element>; // [C]
@group(0) @binding(3) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(4) var<storage, read_write> y: array<Element>; // [N, C]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let columns = parameters.columns;
  let column = i % columns;
  let begin = i / columns * parameters.block_rows;
  if begin >= parameters.rows {
    return;
  }
  var taps = taps_of(&weight, column);
  for (var row = begin; row < min(begin + parameters.block_rows, parameters.rows); row += 1u) {
    let position = positions[row];
    var sum = Element();
    @if(BIAS) { sum = bias[column]; }
    for (var back = 0u; back < TAPS; back += 1u) {
      let product = taps[back] * gated(&bcx, row - min(back, position), column, columns);
      sum += select(Element(), product, back <= position);
    }
    y[row * columns + column] = bcx[(row * 3u + 1u) * columns + column] * sum;
  }
}
