// AdamW (lib/adamw) on gradients clipped by gradient_norm, g = scale * gradient, in place.
// scale 0, which stands for a step with numbers that are not finite, leaves everything as it was. Each lane handles one element of a shard,
// a flat buffer of parameters.
import package::lib::adamw::{Rates, Trained, adamw, decay_of};
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::optimizer::OptimizerState;

struct Parameters {
  count: u32, // elements
  decay_end: u32, // floats
  @align(16) rates: Rates, // a uniform buffer asks for this alignment
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
  let state = optimizer_state;
  if i >= parameters.count || state.scale == 0.0 {
    return;
  }
  let decay = decay_of(i, parameters.decay_end, parameters.rates.weight_decay);
  let after = adamw(Trained(weights[i], first[i], second[i]), state.scale * gradients[i], decay, parameters.rates, state);
  weights[i] = after.weight;
  first[i] = after.first;
  second[i] = after.second;
}
