// Which tokens are kept. x = peak - z is a token's distance from the largest z, and z is rounded (lib/numeric), so x is 0 there and negative
// nowhere. Its bits sort as it does, and a token is kept where they are at most the border's. So top_k keeps the k most probable tokens, and
// of those top_p keeps the fewest most probable ones that hold at least this share of their probability; tokens that tie at the border are all
// kept. border_histogram and border_bisection find the border.
import package::lib::drawn_logits::{QUADS, QUAD_STEP, adjusted, may_be_drawn};

const LARGEST_BITS = 0x7f7fffffu;
const X_BITS = 31u;

// The bits of x from `shift` to `end` are the digit, and those from `end` on must be those of `border`. No x beyond `widest` counts.
struct Digit {
  shift: u32,
  end: u32,
  border: u32,
  widest: u32,
}

// All that a border keeps.
fn all_within(border: u32) -> Digit {
  return Digit(0u, X_BITS, 0u, border);
}

fn any_counts(row: u32, column: u32, peak: f32, digit: Digit) -> bool {
  var found = vec4<bool>(false);
  for (var q = 0u; q < QUADS; q += 1u) {
    let at = column + q * QUAD_STEP;
    found |= counted(peak - adjusted(row, at), at, digit);
  }
  return any(found);
}

fn counted(x: vec4f, column: u32, digit: Digit) -> vec4<bool> {
  let bits = bitcast<vec4u>(x);
  let has_digits = bits >> vec4u(digit.end) == vec4u(digit.border >> digit.end);
  return may_be_drawn(column) & (bits <= vec4u(digit.widest)) & has_digits;
}
