// GELU (Hendrycks & Gimpel 2016, arXiv 1606.08415) and its slope.
//   in its tanh form: x s, s = sigmoid(2u), u = sqrt(2/pi) * (x + 0.044715 x^3)
//   ERF, its exact form: x P(x), where P(x) = (1 + erf(x / sqrt(2))) / 2 is the distribution function of the normal distribution
// s and P are computed of x clamped, where they have reached 0 or 1, so that all powers stay finite.
@if(!ERF) const TWICE_SQRT_2_OVER_PI = 1.5957691216057308;

// The exponent is clamped at 80, where the result is almost 0 and e^80 is still finite.
@if(!ERF)
fn sigmoid_of_2u(near: vec4f) -> vec4f {
  let twice_u = TWICE_SQRT_2_OVER_PI * near * (1.0 + 0.044715 * near * near);
  return 1.0 / (1.0 + exp(min(-twice_u, vec4f(80.0))));
}

@if(!ERF)
fn gelu(x: vec4f) -> vec4f {
  return x * sigmoid_of_2u(clamp(x, vec4f(-10.0), vec4f(10.0)));
}

// gelu'(x) = s + x s (1 - s) 2u',  2u' = 2 sqrt(2/pi) * (1 + 3 * 0.044715 x^2)
@if(!ERF)
fn gelu_slope(x: vec4f) -> vec4f {
  let near = clamp(x, vec4f(-10.0), vec4f(10.0));
  let s = sigmoid_of_2u(near);
  return s + near * s * (1.0 - s) * TWICE_SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044715 * near * near);
}

// WGSL has no erf. Both polynomials were fitted for this file, as those of the smallest largest relative error:
//   |x| < 1.25: P(x) = 1/2 + x C(x^2), with C off by 1e-8
//   else:       P(-|x|) = e^(-x^2 / 2) t T(1 - 7 t), t = 1 / (|x| + 3.5), with T off by 6e-8 up to |x| = 14
// In 32 bits P is off by 1e-7 at most, and what is left of it far below 0 has five digits of its own.
@if(ERF)
fn normal_distribution(near: vec4f, bell: vec4f) -> vec4f {
  let w = near * near;
  let c = 0.39894228 + w * (-0.066490208 + w * (0.0099722827 + w * (-0.0011838372 + w * (0.00011104113 - w * 0.0000068094916))));
  let t = 1.0 / (abs(near) + 3.5);
  let s = 1.0 - 7.0 * t;
  let low = 0.017403057 + s * (0.0063016894 - s * 0.0030583665);
  let tail = bell * t * (0.74441609 + s * (-0.56556242 + s * (0.31542442 + s * (-0.11603057 + s * low))));
  let outside = select(1.0 - tail, tail, near < vec4f());
  return select(outside, 0.5 + near * c, abs(near) < vec4f(1.25));
}

@if(ERF)
fn bell_curve(near: vec4f) -> vec4f {
  return exp(-0.5 * near * near);
}

// Minus infinity, whose product with P = 0 would be NaN, is known by its bits.
@if(ERF)
fn gelu(x: vec4f) -> vec4f {
  let near = clamp(x, vec4f(-14.0), vec4f(14.0));
  return select(x * normal_distribution(near, bell_curve(near)), vec4f(), bitcast<vec4u>(x) == vec4u(0xff800000u));
}

// gelu'(x) = P(x) + x P'(x),  P'(x) = e^(-x^2 / 2) / sqrt(2 pi)
@if(ERF)
fn gelu_slope(x: vec4f) -> vec4f {
  let near = clamp(x, vec4f(-14.0), vec4f(14.0));
  let bell = bell_curve(near);
  return normal_distribution(near, bell) + 0.3989422804014327 * near * bell;
}
