// GELU in its tanh form (Hendrycks & Gimpel 2016, arXiv 1606.08415): x s, s = sigmoid(2u), u = sqrt(2/pi) * (x + 0.044715 x^3).
// For the sigmoid x is clamped at 10 on either side, where s is 0 or 1, so that x^3 stays finite.
const TWICE_SQRT_2_OVER_PI = 1.5957691216057308;

// The exponent is clamped at 80, where the result is almost 0 and e^80 is still finite.
fn sigmoid_of_2u(near: vec4f) -> vec4f {
  let twice_u = TWICE_SQRT_2_OVER_PI * near * (1.0 + 0.044715 * near * near);
  return 1.0 / (1.0 + exp(min(-twice_u, vec4f(80.0))));
}

fn gelu(x: vec4f) -> vec4f {
  return x * sigmoid_of_2u(clamp(x, vec4f(-10.0), vec4f(10.0)));
}

// gelu'(x) = s + x s (1 - s) 2u',  2u' = 2 sqrt(2/pi) * (1 + 3 * 0.044715 x^2)
fn gelu_slope(x: vec4f) -> vec4f {
  let near = clamp(x, vec4f(-10.0), vec4f(10.0));
  let s = sigmoid_of_2u(near);
  return s + near * s * (1.0 - s) * TWICE_SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044715 * near * near);
}
