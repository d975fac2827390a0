// The border of the kept tokens (lib/kept), by bisection on its bits: exact in 31 steps, each a pass over the row, and without any memory.
// On a CPU, where bins in workgroup memory are slow, it is faster for vocabularies of up to some ten thousand tokens.
import package::lib::drawn_logits::{QUAD_STEP, adjusted, may_be_drawn, parameters};
import package::lib::kept::X_BITS;
import package::lib::reduce::reduce_sum;

// The smallest border that keeps top_k tokens or, by mass, the share top_p of what `widest` keeps; `widest` where none does.
fn smallest_border(row: u32, peak: f32, widest: u32, by_mass: bool, lane: u32) -> u32 {
  var wanted = f32(parameters.top_k);
  if by_mass {
    wanted = parameters.top_p * amount_within(row, peak, widest, true, lane);
  }
  var low = 0u;
  var high = widest;
  for (var step = 0u; step < X_BITS; step += 1u) {
    let middle = low + (high - low) / 2u;
    let is_enough = amount_within(row, peak, middle, by_mass, lane) >= wanted;
    high = select(high, middle, is_enough);
    low = select(min(middle + 1u, high), low, is_enough);
  }
  return high;
}

// The number of tokens within a border or, by mass, their sum of e^-x.
fn amount_within(row: u32, peak: f32, border: u32, by_mass: bool, lane: u32) -> f32 {
  var sum = 0.0;
  for (var column = 4u * lane; column < parameters.vocabulary; column += QUAD_STEP) {
    let x = peak - adjusted(row, column);
    let is_within = may_be_drawn(column) & (bitcast<vec4u>(x) <= vec4u(border));
    sum += dot(select(vec4f(0.0), select(vec4f(1.0), exp(-x), by_mass), is_within), vec4f(1.0));
  }
  return reduce_sum(sum, lane);
}
