// Counts and mean entropies of each class g and of all response tokens, from the sums of entropy_reduce_partial:
//   loops[g].token_count, loops[g].batch_entropy (0 without tokens)
// With whole_batch 1 loops[g].entropy becomes the mean too, where the class has tokens, and Control gets its measurements. whole_batch is 0
// in gradient accumulation, because these are then of all micro-batches already.
// With SILENT they count tokens too that no row computes: silent_sums[g] is the sum of their entropies and their number.
// One workgroup goes over the classes in order; its lanes stride over the blocks, in order.
import package::lib::control::{ControlState, EntropySums};
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  blocks: u32,
  whole_batch: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<EntropySums>; // [G, B, 3]
@if(SILENT) @group(0) @binding(1) var<storage, read> silent_sums: array<vec2f>; // [G, 2]
@if(SILENT) @group(0) @binding(2) var<storage, read_write> state: ControlState; // [G]
@if(!SILENT) @group(0) @binding(1) var<storage, read_write> state: ControlState; // [G]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var total = vec3f(0.0);
  var gated_among = 0.0; // tokens that have rows
  for (var class_index = 0u; class_index < arrayLength(&state.loops); class_index++) {
    var sums = vec3f(0.0);
    for (var block = lane; block < parameters.blocks; block += LANES) {
      let some = partial[class_index * parameters.blocks + block];
      sums += vec3f(some.entropy, some.token_count, some.gated_count);
    }
    var own = vec3f(reduce_sum(sums.x, lane), reduce_sum(sums.y, lane), reduce_sum(sums.z, lane));
    gated_among += own.y;
    @if(SILENT) { own += vec3f(silent_sums[class_index], 0.0); }
    total += own;
    if lane == 0u {
      let mean = own.x / max(own.y, 1.0);
      state.loops[class_index].token_count = own.y;
      state.loops[class_index].batch_entropy = mean;
      if parameters.whole_batch == 1u && own.y > 0.0 {
        state.loops[class_index].entropy = mean;
      }
    }
  }
  if lane == 0u && parameters.whole_batch == 1u {
    state.control.entropy = total.x / max(total.y, 1.0);
    state.control.token_count = total.y;
    state.control.gated_count = total.z;
    state.control.gated_fraction = total.z / max(gated_among, 1.0);
  }
}
