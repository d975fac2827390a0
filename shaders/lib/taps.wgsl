// What kernels of short convolutions multiply. Rows of bcx [N, 3 C] hold B, C and x side by side, and the convolution is of their products
// B x, channel by channel. A channel has TAPS weights, the last of them for the row itself and the first for the row TAPS - 1 before.
import package::lib::element::Element;
import constants::TAPS;

// The product B x of a row, at an element of `columns` in C.
fn gated(bcx: ptr<storage, array<Element>, read>, row: u32, column: u32, columns: u32) -> Element {
  let at = row * 3u * columns + column;
  return bcx[at] * bcx[at + 2u * columns];
}

// The weights of an element's channels, the first of them for the row itself, and then for the rows before it.
alias Taps = array<Element, TAPS>;

// weight: [C, L]
fn taps_of(weight: ptr<storage, array<f32>, read>, column: u32) -> Taps {
  var taps: Taps;
  for (var back = 0u; back < TAPS; back += 1u) {
    let tap = u32(TAPS) - 1u - back;
    @if(VEC4) {
      let at = 4u * column * u32(TAPS) + tap;
      taps[back] = vec4f(weight[at], weight[at + u32(TAPS)], weight[at + 2u * u32(TAPS)], weight[at + 3u * u32(TAPS)]);
    }
    @if(!VEC4) { taps[back] = weight[column * u32(TAPS) + tap]; }
  }
  return taps;
}
