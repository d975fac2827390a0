// An Element is what a lane loads at a time: a vec4 where the sizes allow (VEC4; one wide load costs far less than four), else a float.
import package::lib::numeric::is_finite;

@if(VEC4) alias Element = vec4f;
@if(!VEC4) alias Element = f32;

// 1 / (1 + e^-x). The exponent is clamped at 80, where the result is almost 0 and e^80 is still finite.
fn sigmoid(x: Element) -> Element {
  return 1.0 / (1.0 + exp(min(-x, Element(80.0))));
}

@if(VEC4)
fn all_finite(x: Element) -> bool {
  return is_finite(x.x) && is_finite(x.y) && is_finite(x.z) && is_finite(x.w);
}
@if(!VEC4) fn all_finite(x: Element) -> bool { return is_finite(x); }

// The sum of an element's parts.
fn sum_of_parts(x: Element) -> f32 {
  @if(VEC4) { return (x.x + x.y) + (x.z + x.w); }
  @if(!VEC4) { return x; }
}
