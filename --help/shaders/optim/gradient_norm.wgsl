// norm = sqrt(sum of squares),  scale = min(1, max_norm / (norm + 1e-6)), 1 where max_norm is 0
// step = step + 1,  bias1 = 1 - beta1^step,  bias2 = 1 - beta2^step
// Gradients that are not finite give scale 0, leave step as it was and count as skipped; norm becomes NaN, so that logs show it.
// The lanes of one workgroup stride over the sums of gradient_norm_partial, in order.
import package::lib::numeric::{exp_minus_1, is_finite, not_a_number};
import package::lib::optimizer::{NormPartial, OptimizerState};
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  count: u32, // partial sums
  max_norm: f32, // 0: no clipping
  log_beta1: f32,
  log_beta2: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<NormPartial>; // [B, 2]
@group(0) @binding(1) var<storage, read_write> optimizer_state: OptimizerState; // [8]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var squares = 0.0;
  var not_finite = 0.0;
  for (var i = lane; i < parameters.count; i += LANES) {
    squares += partial[i].squares;
    not_finite += partial[i].not_finite;
  }
  let total = reduce_sum(squares, lane);
  let broken = reduce_sum(not_finite, lane);
  if lane != 0u {
    return;
  }
  if broken > 0.0 || !is_finite(total) {
    optimizer_state.norm = not_a_number();
    optimizer_state.scale = 0.0;
    optimizer_state.skipped += 1.0;
    return;
  }
  let norm = sqrt(total);
  let step = optimizer_state.step + 1.0;
  optimizer_state.step = step;
  optimizer_state.norm = norm;
  optimizer_state.scale = select(1.0, min(1.0, parameters.max_norm / (norm + 1e-6)), parameters.max_norm > 0.0);
  optimizer_state.bias1 = -exp_minus_1(step * parameters.log_beta1);
  optimizer_state.bias2 = -exp_minus_1(step * parameters.log_beta2);
}
