// partial[b, c, L - 1 - j] = sum over the rows n of block b of (grad_y C)[n, c] (B x)[n - j, c], with rows n - j as in short_conv
// partial_bias[b, c] = sum over the rows n of block b of (grad_y C)[n, c], with BIAS; column_sum adds the blocks up
// Each lane owns an element of C and adds the rows of its block in order.
import package::lib::element::Element;
import package::lib::taps::gated;
import constants::TAPS;

struct Parameters {
  rows: u32,
  columns: u32, // C in Elements
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> bcx: array<Element>; // [N, 3 C]
@group(0) @binding(1) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(3) var<storage, read_write> partial: array<f32>; // [B, C L]
@if(BIAS) @group(0) @binding(4) var<storage, read_write> partial_bias: array<Element>; // [B, C]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let columns = parameters.columns;
  let column = workgroup.x * 64u + lane;
  let block = workgroup.y;
  if column >= columns {
    return;
  }
  var sums: array<Element, TAPS>;
  @if(BIAS) var bias_sum = Element();
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    let position = positions[row];
    let gradient = grad_y[row * columns + column] * bcx[(row * 3u + 1u) * columns + column];
    @if(BIAS) { bias_sum += gradient; }
    for (var back = 0u; back < TAPS; back += 1u) {
      let product = gradient * gated(&bcx, row - min(back, position), column, columns);
      sums[back] += select(Element(), product, back <= position);
    }
  }
  let begin = block * columns + column;
  @if(BIAS) { partial_bias[begin] = bias_sum; }
  for (var back = 0u; back < TAPS; back += 1u) {
    let tap = u32(TAPS) - 1u - back;
    @if(VEC4)
    for (var part = 0u; part < 4u; part += 1u) {
      partial[(4u * begin + part) * TAPS + tap] = sums[back][part];
    }
    @if(!VEC4) { partial[begin * TAPS + tap] = sums[back]; }
  }
}
