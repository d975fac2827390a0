// AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) on gradients clipped by gradient_norm, g = scale * gradient:
//   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
//   p = p - learning_rate * (m / bias1 / (sqrt(v / bias2) + eps) + weight_decay p)   weight_decay is 0 from decay_end on, past the matrices
// scale 0, which stands for gradients that are not finite, leaves everything as it was. Each lane handles one element of a shard, a flat
// buffer of parameters.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::optimizer::OptimizerState;

struct Parameters {
  count: u32, // elements
  decay_end: u32, // floats
  learning_rate: f32,
  beta1: f32,
  one_minus_beta1: f32,
  beta2: f32,
  one_minus_beta2: f32,
  eps: f32,
  weight_decay: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> gradients: array<Element>; // [E]
@group(0) @binding(1) var<storage, read> optimizer_state: OptimizerState; // [8]
@group(0) @binding(2) var<storage, read_write> weights: array<Element>; // [E]
@group(0) @binding(3) var<storage, read_write> first: array<Element>; // [E]
@group(0) @binding(4) var<storage, read_write> second: array<Element>; // [E]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let scale = optimizer_state.scale;
  if i >= parameters.count || scale == 0.0 {
    return;
  }
  let g = scale * gradients[i];
  let m = parameters.beta1 * first[i] + parameters.one_minus_beta1 * g;
  let v = parameters.beta2 * second[i] + parameters.one_minus_beta2 * g * g;
  first[i] = m;
  second[i] = v;
  let change = m / optimizer_state.bias1 / (sqrt(v / optimizer_state.bias2) + parameters.eps);
  weights[i] -= parameters.learning_rate * (change + decay(i) * weights[i]);
}

@if(VEC4)
fn decay(i: u32) -> Element {
  return select(vec4f(0.0), vec4f(parameters.weight_decay), 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(parameters.decay_end));
}
@if(!VEC4) fn decay(i: u32) -> Element { return select(0.0, parameters.weight_decay, i < parameters.decay_end); }
