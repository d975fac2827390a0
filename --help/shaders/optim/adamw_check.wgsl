// Skips a step whose finite gradients would give weights or moments that are not finite: scale = 0, step = step - 1, skipped = skipped + 1
// It runs between gradient_norm, which has counted the step, and adamw, so that all shards are updated or none.
// The lanes of one workgroup stride over the counts of adamw_check_partial.
import package::lib::optimizer::OptimizerState;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  count: u32, // partial counts
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<f32>; // [B]
@group(0) @binding(1) var<storage, read_write> optimizer_state: OptimizerState; // [8]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var broken = 0.0;
  for (var i = lane; i < parameters.count; i += LANES) {
    broken += partial[i];
  }
  let total = reduce_sum(broken, lane);
  if lane == 0u && total > 0.0 {
    optimizer_state.scale = 0.0;
    optimizer_state.step -= 1.0;
    optimizer_state.skipped += 1.0;
  }
}
