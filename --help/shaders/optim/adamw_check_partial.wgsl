// partial[b] = how many of the elements that workgroup b visits AdamW (lib/adamw) would give a weight or a moment that is not finite
// adamw_check adds them up. The lanes of a fixed number of workgroups stride over the shard in order; scale 0 means that adamw does nothing.
import package::lib::adamw::{Rates, Trained, adamw, decay_of};
import package::lib::element::{Element, all_finite};
import package::lib::optimizer::OptimizerState;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  count: u32, // elements
  decay_end: u32, // floats
  @align(16) rates: Rates, // a uniform buffer asks for this alignment
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> gradients: array<Element>; // [E]
@group(0) @binding(1) var<storage, read> optimizer_state: OptimizerState; // [8]
@group(0) @binding(2) var<storage, read> weights: array<Element>; // [E]
@group(0) @binding(3) var<storage, read> first: array<Element>; // [E]
@group(0) @binding(4) var<storage, read> second: array<Element>; // [E]
@group(0) @binding(5) var<storage, read_write> partial: array<f32>; // [B]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let state = optimizer_state;
  let end = select(parameters.count, 0u, state.scale == 0.0);
  var broken = 0.0;
  for (var i = workgroup.x * LANES + lane; i < end; i += workgroups.x * LANES) {
    let decay = decay_of(i, parameters.decay_end, parameters.rates.weight_decay);
    let after = adamw(Trained(weights[i], first[i], second[i]), state.scale * gradients[i], decay, parameters.rates, state);
    broken += select(1.0, 0.0, all_finite(after.weight) && all_finite(after.first) && all_finite(after.second));
  }
  let count = reduce_sum(broken, lane);
  if lane == 0u {
    partial[workgroup.x] = count;
  }
}
