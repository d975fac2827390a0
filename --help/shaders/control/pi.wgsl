// EntroPIC's controller (arXiv 2511.15248). Every optimiser step computes in every loop, from the entropy H of the loop's tokens,
//   e = H - target,  alpha = clamp(kp e + ki I, -limit, limit),  then I = I + e
// alpha > 0 when entropy is above the target. With anti_windup, I stays as it is while alpha is clamped and the error would push it further
// out. The first steps may measure an automatic target or automatic gains. The measurement sets alpha then, and I stays as it is.
// One invocation goes over the loops.
import package::lib::control::{ControlState, Loop, is_measured};

struct Parameters {
  limit: f32,
  anti_windup: u32,
  anchor_steps: f32, // first steps, with control off, in which an automatic target is measured
  decay: f32, // what an automatic target falls by in a step, nats
  floor: f32, // the least that it falls to, nats
  lambda: f32, // share of an error that one step is to correct; 0: the gains are given
  ratio: f32, // ki / kp
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: ControlState; // [G]

const QUARTER = 6.0;
const KP_MIN = 0.1;
const KP_MAX = 50.0;

@compute @workgroup_size(1)
fn main() {
  for (var i = 0u; i < arrayLength(&state.loops); i++) {
    let before = state.loops[i];
    if !is_measured(before) {
      continue;
    }
    let anchors = before.rho > 0.0 && before.steps < parameters.anchor_steps;
    let trial = before.steps - select(0.0, parameters.anchor_steps, before.rho > 0.0); // step of the experiment, from 0
    let experiments = parameters.lambda > 0.0 && trial >= 0.0 && trial < 4.0 * QUARTER;
    var after = law(with_gains(with_target(before, anchors), trial), anchors || experiments);
    if anchors || experiments {
      after.alpha = select(experiment_alpha(trial), 0.0, anchors);
    }
    after.steps += 1.0;
    after.previous_entropy = before.entropy;
    state.loops[i] = after;
  }
}

fn law(before: Loop, held: bool) -> Loop {
  var after = before;
  let error = before.entropy - before.target_entropy;
  let raw = before.kp * error + before.ki * before.integral;
  let alpha = clamp(raw, -parameters.limit, parameters.limit);
  let clamped = raw != alpha;
  let outward = (raw > 0.0) == (error > 0.0);
  if !held && !(parameters.anti_windup == 1u && clamped && outward) {
    after.integral += error;
  }
  after.alpha = alpha;
  after.error = error;
  after.saturated = select(0.0, 1.0, clamped && !held);
  return after;
}

// The automatic target, a heuristic: in the first anchor_steps steps control is off, and anchor is the mean entropy of the steps so far.
// After them target = max(floor, rho anchor - decay (steps since then)).
fn with_target(before: Loop, anchors: bool) -> Loop {
  var after = before;
  if before.rho <= 0.0 {
    return after;
  }
  if anchors {
    after.anchor += (before.entropy - before.anchor) / (before.steps + 1.0);
  }
  let since = max(0.0, before.steps - parameters.anchor_steps);
  after.target_entropy = max(parameters.floor, before.rho * after.anchor - parameters.decay * since);
  return after;
}

// Automatic gains, for entropy that answers alpha as H' = H + d - b alpha (docs/method.md). An experiment of 24 steps sets alpha to -a for
// 6 steps, to a for 12 and to -a for 6, with a = limit / 2. Least squares, updated step by step, regress y = H' - H on alpha:
//   b = -sum alpha y / sum alpha^2           (the pattern is orthogonal to a drift d, and to a d that rises or falls steadily)
// After it kp = clamp(lambda / b, KP_MIN, KP_MAX) and ki = ratio kp. Where b <= 0, alpha does not lower entropy, and the gains stay as they
// were. Only the experiment counts: in closed loop alpha follows the noise of H itself, which would pull the estimate of b towards 1 / kp.
fn with_gains(before: Loop, trial: f32) -> Loop {
  var after = before;
  if parameters.lambda <= 0.0 || trial < 1.0 || trial > 4.0 * QUARTER {
    return after;
  }
  after.sum_square += before.alpha * before.alpha;
  after.sum_product += before.alpha * (before.entropy - before.previous_entropy);
  if trial == 4.0 * QUARTER {
    after.authority = -after.sum_product / after.sum_square;
    let kp = clamp(parameters.lambda / after.authority, KP_MIN, KP_MAX);
    after.kp = select(before.kp, kp, after.authority > 0.0);
    after.ki = select(before.ki, parameters.ratio * kp, after.authority > 0.0);
  }
  return after;
}

fn experiment_alpha(trial: f32) -> f32 {
  return select(-0.5, 0.5, trial >= QUARTER && trial < 3.0 * QUARTER) * parameters.limit;
}
