// EntroPIC's controller (arXiv 2511.15248): from the entropy H of the batch, once an optimiser step,
//   e = H - target,  alpha = clamp(kp e + ki I, -limit, limit),  then I = I + e
// alpha > 0 when entropy is above the target. With anti_windup the integral stays as it is while alpha is clamped and the error
// would push it further out. An entropy that is not finite changes nothing. One invocation.
import package::lib::control::Control;
import package::lib::numeric::is_finite;

struct Parameters {
  target_entropy: f32,
  kp: f32,
  ki: f32,
  limit: f32,
  anti_windup: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> control: Control; // [16]

@compute @workgroup_size(1)
fn main() {
  if !is_finite(control.entropy) {
    return;
  }
  let error = control.entropy - parameters.target_entropy;
  let raw = parameters.kp * error + parameters.ki * control.integral;
  let alpha = clamp(raw, -parameters.limit, parameters.limit);
  let saturated = raw != alpha;
  let outward = (raw > 0.0) == (error > 0.0);
  if !(parameters.anti_windup == 1u && saturated && outward) {
    control.integral += error;
  }
  control.alpha = alpha;
  control.error = error;
  control.target_entropy = parameters.target_entropy;
  control.saturated = select(0.0, 1.0, saturated);
}
