// A target from the start of the run (a heuristic): for the first anchor_steps steps control is off and anchor is the mean entropy H of the
// steps so far; after them target = max(floor, rho anchor - decay (steps since then)). Runs before pi_loops, over the loops with rho > 0.
// A loop whose class had no tokens, or no finite entropy, stays as it is. One invocation.
import package::lib::loop::LoopState;
import package::lib::numeric::is_finite;

struct Parameters {
  anchor_steps: f32,
  decay: f32,
  floor: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: LoopState; // [16+19*G]

@compute @workgroup_size(1)
fn main() {
  let count = arrayLength(&state.loops);
  for (var i = 0u; i < count; i++) {
    var one = state.loops[i];
    let entropy = select(one.entropy, state.control.entropy, count == 1u);
    if one.rho <= 0.0 || !is_finite(entropy) || (count > 1u && one.token_count <= 0.0) {
      continue;
    }
    if one.steps < parameters.anchor_steps {
      one.anchor += (entropy - one.anchor) / (one.steps + 1.0);
      one.held = 1.0;
      one.held_alpha = 0.0;
    }
    let since = max(0.0, one.steps - parameters.anchor_steps);
    one.target_entropy = max(parameters.floor, one.rho * one.anchor - parameters.decay * since);
    state.loops[i] = one;
  }
}
