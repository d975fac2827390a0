// The gradients of B, C and x in y = C (bias + conv(B x)), side by side as in bcx:
//   grad_C[n] = grad_y[n] (bias + conv(B x)[n])
//   grad_Bx[n] = sum over j = 0 .. L - 1 of weight[L - 1 - j] (grad_y C)[n + j],  grad_B = grad_Bx x,  grad_x = grad_Bx B
// Row n + j counts where row n belongs to its sequence, which is where positions[n + j] >= j.
// Each invocation handles one element of C, in the rows of a block.
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
@group(0) @binding(4) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(5) var<storage, read_write> grad_bcx: array<Element>; // [N, 3 C]

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
    var grad_product = Element();
    for (var j = 0u; j < TAPS; j += 1u) {
      sum += select(Element(), taps[j] * gated(&bcx, row - min(j, position), column, columns), j <= position);
      let later = min(row + j, parameters.rows - 1u);
      let part = taps[j] * grad_y[later * columns + column] * bcx[(later * 3u + 1u) * columns + column];
      grad_product += select(Element(), part, row + j < parameters.rows && positions[later] >= j);
    }
    let at = row * 3u * columns + column;
    grad_bcx[at] = grad_product * bcx[at + 2u * columns];
    grad_bcx[at + columns] = grad_y[row * columns + column] * sum;
    grad_bcx[at + 2u * columns] = grad_product * bcx[at];
  }
}
