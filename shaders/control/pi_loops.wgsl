// EntroPIC's controller (arXiv 2511.15248), one for each class of tokens, with target and gains from memory: from the entropy H of the class,
//   e = H - target,  alpha = clamp(kp e + ki I, -limit, limit),  then I = I + e, unless anti_windup freezes it as in pi.wgsl
// A loop that is held takes held_alpha and leaves I alone. One whose class had no tokens, or no finite entropy, stays as it is.
// The control buffer gets the mean of the loops, weighted by their tokens; a single loop has the whole batch's entropy. One invocation.
import package::lib::loop::LoopState;
import package::lib::numeric::is_finite;

struct Parameters {
  limit: f32,
  anti_windup: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: LoopState; // [16+19*G]

@compute @workgroup_size(1)
fn main() {
  let count = arrayLength(&state.loops);
  if count == 1u {
    if !is_finite(state.control.entropy) {
      return;
    }
    state.loops[0].entropy = state.control.entropy;
    state.loops[0].token_count = 1.0;
  }
  var tokens = 0.0;
  var means = vec4f(0.0); // alpha, error, integral, target
  var saturated = 0.0;
  for (var i = 0u; i < count; i++) {
    var one = state.loops[i];
    if !is_finite(one.entropy) || one.token_count <= 0.0 {
      continue;
    }
    let error = one.entropy - one.target_entropy;
    let raw = one.kp * error + one.ki * one.integral;
    let alpha = clamp(raw, -parameters.limit, parameters.limit);
    let clamped = raw != alpha;
    let outward = (raw > 0.0) == (error > 0.0);
    let held = one.held != 0.0;
    if !held && !(parameters.anti_windup == 1u && clamped && outward) {
      one.integral += error;
    }
    one.alpha = select(alpha, one.held_alpha, held);
    one.error = error;
    one.saturated = select(0.0, 1.0, clamped && !held);
    one.held = 0.0;
    one.steps += 1.0;
    one.previous_entropy = one.entropy;
    state.loops[i] = one;
    tokens += one.token_count;
    means += one.token_count * vec4f(one.alpha, error, one.integral, one.target_entropy);
    saturated = max(saturated, one.saturated);
  }
  if tokens > 0.0 {
    means /= tokens;
    state.control.alpha = means.x;
    state.control.error = means.y;
    state.control.integral = means.z;
    state.control.target_entropy = means.w;
    state.control.saturated = saturated;
  }
}
