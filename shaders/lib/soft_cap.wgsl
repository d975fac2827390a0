// A soft cap, as of logits and scores in Gemma 2 (arXiv 2408.00118): y = cap tanh(x / cap), whose slope is 1 - (y / cap)^2.
import package::lib::numeric::exp_minus_1;

// tanh x = sign(x) e / (e + 2) with e = e^(2|x|) - 1, and here of e^(-2|x|) - 1, which never overflows: some drivers' tanh is infinity over
// infinity where x is large, and loses digits near 0.
fn tanh_of(x: f32) -> f32 {
  let e = exp_minus_1(-2.0 * abs(x));
  return select(-e, e, x < 0.0) / (e + 2.0);
}

fn soft_cap(x: f32, cap: f32) -> f32 {
  return cap * tanh_of(x / cap);
}

fn soft_cap_of_four(x: vec4f, cap: f32) -> vec4f {
  return vec4f(soft_cap(x.x, cap), soft_cap(x.y, cap), soft_cap(x.z, cap), soft_cap(x.w, cap));
}

// Of the capped values y.
fn soft_cap_slope(y: vec4f, cap: f32) -> vec4f {
  let share = y / cap;
  return 1.0 - share * share;
}
