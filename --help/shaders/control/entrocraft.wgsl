// Entrocraft's band (arXiv 2604.26326), with weights instead of rejected samples. Every optimiser step sets, by the entropy H of the batch,
//   H < low: positive_scale = 0, so that only wrong answers teach, which raises entropy
//   H > high: negative_scale = 0, so that only right answers teach, which lowers entropy;  in between both scales are 1
// target_entropy is the band's middle, and saturated is 1 outside the band. A batch without tokens or without a finite entropy changes
// nothing. The state has one loop, which a single invocation updates.
import package::lib::control::{ControlState, is_measured};

struct Parameters {
  low: f32,
  high: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: ControlState; // [G]

@compute @workgroup_size(1)
fn main() {
  if !is_measured(state.loops[0]) {
    return;
  }
  var one = state.loops[0];
  let below = one.entropy < parameters.low;
  let above = one.entropy > parameters.high;
  one.target_entropy = 0.5 * (parameters.low + parameters.high);
  one.error = one.entropy - one.target_entropy;
  one.saturated = select(0.0, 1.0, below || above);
  state.loops[0] = one;
  state.control.positive_scale = select(1.0, 0.0, below);
  state.control.negative_scale = select(1.0, 0.0, above);
}
