// Adaptive entropy control (Skywork-OR1, arXiv 2505.22312). Every optimiser step computes, from the entropy H of the batch,
//   c = clamp(c + delta, 0, max_coefficient) if H < target, else clamp(c - delta, 0, max_coefficient)
//   entropy_coefficient = c if H < target, else 0: the bonus acts only while entropy is too low
// private_0 is c, which starts at 0. saturated is 1 while the bonus acts and c is within half a delta of its maximum. A batch without
// tokens or without a finite entropy changes nothing. The state has one loop, which a single invocation updates.
import package::lib::control::{ControlState, is_measured};

struct Parameters {
  target_entropy: f32,
  delta: f32,
  max_coefficient: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: ControlState; // [G]

@compute @workgroup_size(1)
fn main() {
  if !is_measured(state.loops[0]) {
    return;
  }
  var one = state.loops[0];
  one.target_entropy = parameters.target_entropy;
  one.error = one.entropy - parameters.target_entropy;
  let low = one.error < 0.0;
  one.private_0 = clamp(one.private_0 + select(-parameters.delta, parameters.delta, low), 0.0, parameters.max_coefficient);
  one.saturated = select(0.0, 1.0, low && one.private_0 > parameters.max_coefficient - 0.5 * parameters.delta);
  state.loops[0] = one;
  state.control.entropy_coefficient = select(0.0, one.private_0, low);
}
