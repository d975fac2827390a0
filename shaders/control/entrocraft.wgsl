// Entrocraft's band (arXiv 2604.26326), with weights instead of rejected samples: from the entropy H of the batch, once an optimiser step,
//   H < low: positive_scale 0, only wrong answers teach, which raises entropy
//   H > high: negative_scale 0, only right answers teach, which lowers it;  in between both scales are 1
// target is the band's middle, saturated is 1 outside the band. An entropy that is not finite changes nothing. One loop,
// one invocation.
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
