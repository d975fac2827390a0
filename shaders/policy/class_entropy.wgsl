// For each class of tokens (token_inputs.mask = 1 + class on response tokens): its loop's token_count and batch_entropy, the mean of H over
// them, and with write_entropy 1 the entropy that the loop acts on; a class without tokens keeps its own, and token_count 0 lets its loop rest.
// One workgroup a class; its lanes stride over the rows, and rows of other classes are left out by select, so they may hold anything.
import package::lib::loop::LoopState;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  rows: u32,
  write_entropy: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<vec4f>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<f32>; // [N, 6]
@group(0) @binding(2) var<storage, read_write> state: LoopState; // [16+19*G]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let own = f32(workgroup.x + 1u);
  var sums = vec2f(0.0);
  for (var row = lane; row < parameters.rows; row += LANES) {
    sums += select(vec2f(0.0), vec2f(statistics[row].y, 1.0), vec2<bool>(token_inputs[row * 6u + 4u] == own));
  }
  let entropy = reduce_sum(sums.x, lane);
  let count = reduce_sum(sums.y, lane);
  if lane == 0u {
    let mean = entropy / max(count, 1.0);
    state.loops[workgroup.x].token_count = count;
    state.loops[workgroup.x].batch_entropy = mean;
    if parameters.write_entropy == 1u && count > 0.0 {
      state.loops[workgroup.x].entropy = mean;
    }
  }
}
