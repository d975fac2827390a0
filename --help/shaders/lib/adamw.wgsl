// AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) on clipped gradients g:
//   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
//   p = p - learning_rate * (m / bias1 / (sqrt(v / bias2) + eps) + decay p)
import package::lib::element::Element;
import package::lib::optimizer::OptimizerState;

struct Rates {
  learning_rate: f32,
  beta1: f32,
  one_minus_beta1: f32,
  beta2: f32,
  one_minus_beta2: f32,
  eps: f32,
  weight_decay: f32,
}

struct Trained {
  weight: Element, // p
  first: Element, // m
  second: Element, // v
}

fn adamw(before: Trained, g: Element, decay: Element, rates: Rates, state: OptimizerState) -> Trained {
  let m = rates.beta1 * before.first + rates.one_minus_beta1 * g;
  let v = rates.beta2 * before.second + rates.one_minus_beta2 * g * g;
  let change = m / state.bias1 / (sqrt(v / state.bias2) + rates.eps);
  return Trained(before.weight - rates.learning_rate * (change + decay * before.weight), m, v);
}

// The weight decay of element i: 0 from the float decay_end on, past the matrices.
@if(VEC4)
fn decay_of(i: u32, decay_end: u32, weight_decay: f32) -> Element {
  return select(vec4f(0.0), vec4f(weight_decay), 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(decay_end));
}
@if(!VEC4)
fn decay_of(i: u32, decay_end: u32, weight_decay: f32) -> Element {
  return select(0.0, weight_decay, i < decay_end);
}
