// Entrocraft's band (arXiv 2604.26326), with weights instead of rejected samples: from the entropy H of the batch, once an optimiser step,
//   H < low: positive_scale 0, only wrong answers teach, which raises entropy
//   H > high: negative_scale 0, only right answers teach, which lowers it;  in between both scales are 1
// target is the band's middle, saturated is 1 outside the band. An entropy that is not finite changes nothing. One invocation.
import package::lib::control::Control;
import package::lib::numeric::is_finite;

struct Parameters {
  low: f32,
  high: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> control: Control; // [16]

@compute @workgroup_size(1)
fn main() {
  if !is_finite(control.entropy) {
    return;
  }
  let below = control.entropy < parameters.low;
  let above = control.entropy > parameters.high;
  let middle = 0.5 * (parameters.low + parameters.high);
  control.positive_scale = select(1.0, 0.0, below);
  control.negative_scale = select(1.0, 0.0, above);
  control.error = control.entropy - middle;
  control.target_entropy = middle;
  control.saturated = select(0.0, 1.0, below || above);
}
