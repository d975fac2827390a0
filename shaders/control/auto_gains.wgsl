// Gains from the plant H' = H + d - b alpha (docs/method.md): an experiment of 24 steps sets alpha to -a for 6 steps, a for 12 and -a for 6, while
// least squares, updated step by step, regress y = H' - H on alpha:
//   b = -sum alpha y / sum alpha^2           (the pattern is orthogonal to a drift d, and to a d that rises or falls steadily)
// and after it kp = clamp(lambda / b, KP_MIN, KP_MAX), ki = ratio kp. With b <= 0 (a dead lever) the gains stay what they were. Only the
// experiment counts: in closed loop alpha follows the noise of H itself, which would pull the estimate of b towards 1 / kp.
// Runs before pi_loops and after auto_target, whose anchor steps it waits for. One invocation.
import package::lib::loop::LoopState;
import package::lib::numeric::is_finite;

struct Parameters {
  amplitude: f32,
  lambda: f32,
  ratio: f32,
  anchor_steps: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: LoopState; // [16+19*G]

const QUARTER = 6.0;
const KP_MIN = 0.1;
const KP_MAX = 50.0;

@compute @workgroup_size(1)
fn main() {
  let count = arrayLength(&state.loops);
  for (var i = 0u; i < count; i++) {
    var one = state.loops[i];
    let entropy = select(one.entropy, state.control.entropy, count == 1u);
    if !is_finite(entropy) || (count > 1u && one.token_count <= 0.0) {
      continue;
    }
    let since = one.steps - select(0.0, parameters.anchor_steps, one.rho > 0.0);
    if since >= 1.0 && since <= 4.0 * QUARTER {
      let change = entropy - one.previous_entropy;
      one.sum_square += one.alpha * one.alpha;
      one.sum_product += one.alpha * change;
    }
    if since >= 0.0 && since < 4.0 * QUARTER {
      one.held = 1.0;
      one.held_alpha = select(-parameters.amplitude, parameters.amplitude, since >= QUARTER && since < 3.0 * QUARTER);
    }
    if since == 4.0 * QUARTER {
      one.authority = -one.sum_product / one.sum_square;
      let kp = clamp(parameters.lambda / one.authority, KP_MIN, KP_MAX);
      one.kp = select(one.kp, kp, one.authority > 0.0);
      one.ki = select(one.ki, parameters.ratio * kp, one.authority > 0.0);
    }
    state.loops[i] = one;
  }
}
