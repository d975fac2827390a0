// Functions whose built-in forms lose all digits near one point. NaN and infinity are recognised by their bits, because drivers may
// compile as if they did not exist.

// A number below every score. It is finite because WGSL refuses infinite constants.
const LOWEST = -1e30;

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// Whether x is 0 or -0, and not NaN.
fn is_zero(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0u;
}

// NaN. The bits are a variable, because WGSL refuses NaN as a constant.
fn not_a_number() -> f32 {
  var bits = 0x7fc00000u;
  return bitcast<f32>(bits);
}

// x, with the same bits wherever it is computed. Compilers may contract a product with the sum that takes it (fma), in one place and not in
// another, so that x - x need not be 0; they cannot where integers lie between. No finite number has bits above those of the least one.
fn as_rounded(x: vec4f) -> vec4f {
  return bitcast<vec4f>(min(bitcast<vec4u>(x), vec4u(0xff7fffffu)));
}

// log(1 + x) for x >= 0. WGSL bounds only the absolute error of log near 1, so for x < 1 the series of 2 atanh(x / (2 + x)) takes over.
fn log_1_plus(x: f32) -> f32 {
  let y = x / (2.0 + x);
  let w = y * y;
  let series = 2.0 * y * (1.0 + w * (1.0 / 3.0 + w * (1.0 / 5.0 + w * (1.0 / 7.0 + w * (1.0 / 9.0 + w * (1.0 / 11.0 + w / 13.0))))));
  return select(log(1.0 + x), series, x < 1.0);
}

// e^x - 1
fn exp_minus_1(x: f32) -> f32 {
  let series = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0))))));
  return select(exp(x) - 1.0, series, abs(x) < 0.5);
}

// e^x - 1 - x
fn exp_minus_1_minus(x: f32) -> f32 {
  let series = x * x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0))))));
  return select(exp(x) - 1.0 - x, series, abs(x) < 0.5);
}
