// control.entropy = mean of H over the response tokens (0 without any), control.token_count, gated_count, gated_fraction.
// write_entropy 0 leaves the entropy that a controller has acted on already (gradient accumulation).
// One workgroup; its lanes stride over the blocks of entropy_reduce_partial, in order.
import package::lib::control::Control;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  blocks: u32,
  write_entropy: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [B, 4]
@group(0) @binding(1) var<storage, read_write> control: Control; // [16]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec3f(0.0);
  for (var block = lane; block < parameters.blocks; block += LANES) {
    sums += partial[block].xyz;
  }
  let entropy = reduce_sum(sums.x, lane);
  let count = reduce_sum(sums.y, lane);
  let gated = reduce_sum(sums.z, lane);
  if lane == 0u {
    let some = max(count, 1.0);
    if parameters.write_entropy == 1u {
      control.entropy = entropy / some;
    }
    control.token_count = count;
    control.gated_count = gated;
    control.gated_fraction = gated / some;
  }
}
