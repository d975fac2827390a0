// optimizer_state = (step, norm, scale, skipped, 1 - beta1^step, 1 - beta2^step, -, -)
//   norm = sqrt(sum of squares),  scale = min(1, max_norm / (norm + 1e-6)), 1 where max_norm is 0
// Gradients that are not finite give scale 0, leave step as it was and count as skipped; norm becomes NaN, so that it is seen.
// One workgroup; its lanes stride over the sums of gradient_norm_partial, in order.
import package::lib::numeric::{exp_minus_1, is_finite};
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  count: u32, // partial sums
  max_norm: f32, // 0: no clipping
  log_beta1: f32,
  log_beta2: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<vec2f>; // [B, 2]
@group(0) @binding(1) var<storage, read_write> optimizer_state: array<f32>; // [8]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f(0.0);
  for (var i = lane; i < parameters.count; i += LANES) {
    sums += partial[i];
  }
  let squares = reduce_sum(sums.x, lane);
  let broken = reduce_sum(sums.y, lane);
  if lane != 0u {
    return;
  }
  if broken > 0.0 || !is_finite(squares) {
    var not_a_number = 0x7fc00000u; // a variable: WGSL refuses it as a constant
    optimizer_state[1] = bitcast<f32>(not_a_number);
    optimizer_state[2] = 0.0;
    optimizer_state[3] += 1.0;
    return;
  }
  let norm = sqrt(squares);
  let step = optimizer_state[0] + 1.0;
  optimizer_state[0] = step;
  optimizer_state[1] = norm;
  optimizer_state[2] = select(1.0, min(1.0, parameters.max_norm / (norm + 1e-6)), parameters.max_norm > 0.0);
  optimizer_state[4] = -exp_minus_1(step * parameters.log_beta1);
  optimizer_state[5] = -exp_minus_1(step * parameters.log_beta2);
}
