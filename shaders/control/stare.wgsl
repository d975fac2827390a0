// STARE's gate (arXiv 2606.19236). Every optimiser step computes, from the entropy H of the batch,
//   g = clamp(g + delta sign(target - H), 0, limit)          (delta 0: g stays as it is)
//   alpha = -g if H < target, else 0: the reweighing acts only while entropy is too low
// private_0 is g. The paper's weights are W = 1 + g and M = 1 - g (policy/surprise_weight.wgsl). saturated is 1 while it acts, g moves, and
// g is within half a delta of its limit. A batch without tokens or without a finite entropy changes nothing. The state has one loop, which a
// single invocation updates.
import package::lib::control::{ControlState, is_measured};

struct Parameters {
  delta: f32,
  limit: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: ControlState; // [G]

@compute @workgroup_size(1)
fn main() {
  if !is_measured(state.loops[0]) {
    return;
  }
  var one = state.loops[0];
  one.error = one.entropy - one.target_entropy;
  if parameters.delta > 0.0 {
    one.private_0 = clamp(one.private_0 - parameters.delta * sign(one.error), 0.0, parameters.limit);
  }
  let low = one.error < 0.0;
  one.alpha = select(0.0, -one.private_0, low);
  one.saturated = select(0.0, 1.0, low && parameters.delta > 0.0 && one.private_0 > parameters.limit - 0.5 * parameters.delta);
  state.loops[0] = one;
}
