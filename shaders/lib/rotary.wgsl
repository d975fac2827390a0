// Which two elements of a head go together. Of D elements the first R are rotated, the two halves of which are partners; the others are
// copied, and have partners in the same way so that every head has D / 2 pairs.
import constants::{HEAD_ELEMENTS, ROTARY_ELEMENTS};

const HALF = HEAD_ELEMENTS / 2;
const HALF_ROTARY = ROTARY_ELEMENTS / 2;

// Pairs from 0 to R / 2 are rotated.
fn is_rotated(d: u32) -> bool {
  return HALF_ROTARY == HALF || d < HALF_ROTARY;
}

fn pair_of(d: u32) -> vec2u {
  return select(vec2u(d + HALF_ROTARY, d + HALF), vec2u(d, d + HALF_ROTARY), is_rotated(d));
}
