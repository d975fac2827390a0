// EntroPIC's controller (arXiv 2511.15248). Every optimiser step computes in every loop, from the entropy H of the loop's tokens,
//   e = H - target,  alpha = clamp(kp e + ki I, -limit, limit),  then I = I + e
// alpha > 0 when entropy is above the target. With anti_windup, I stays as it is while alpha is clamped and the error would push it further
// out. With is_floor, alpha is 0 where e >= 0, and min(0, clamp(..)) elsewhere; I = min(0, I + e), so that no sum of earlier errors can hold
// alpha at 0 below the target. The host may set the target and `released` before the step; alpha is multiplied by 1 - released, and I stays
// as it is where released > 0. The first steps may measure an automatic target or automatic gains. The measurement sets alpha then, and I
// stays as it is. One invocation goes over the loops.
import package::lib::control::{ControlState, Loop, is_measured};

struct Parameters {
  limit: f32,
  anti_windup: u32,
  is_floor: u32,
  anchor_steps: f32, // first steps, with control off, in which an automatic target is measured; also the signals that make signal_start
  rule: u32, // how an automatic target moves: FALL, KEEP_SIGNAL or HOLD_RIGHT
  decay: f32, // what an automatic target falls by in a step, nats
  floor: f32, // the least that it falls to, nats
  rate: f32, // how fast a target follows its signal, as a share of the start's entropy in a step
  lambda: f32, // share of an error that one step is to correct; 0: the gains are given
  ratio: f32, // ki / kp
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: ControlState; // [G]

const FALL = 0u;
const KEEP_SIGNAL = 1u;
const HOLD_RIGHT = 2u;
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
    after.alpha *= 1.0 - before.released;
    after.steps += 1.0;
    after.previous_entropy = before.entropy;
    state.loops[i] = after;
  }
}

fn law(before: Loop, held: bool) -> Loop {
  var after = before;
  let is_floor = parameters.is_floor == 1u;
  let error = before.entropy - before.target_entropy;
  let raw = before.kp * error + before.ki * before.integral;
  let bounded = clamp(raw, -parameters.limit, parameters.limit);
  let rests = is_floor && error >= 0.0;
  let clamped = raw != bounded && !rests;
  let outward = (raw > 0.0) == (error > 0.0);
  if !held && before.released == 0.0 && !(parameters.anti_windup == 1u && clamped && outward) {
    let sum = before.integral + error;
    after.integral = select(sum, min(sum, 0.0), is_floor);
  }
  after.alpha = select(select(bounded, min(bounded, 0.0), is_floor), 0.0, rests);
  after.error = error;
  after.saturated = select(0.0, 1.0, clamped && !held && before.released == 0.0);
  return after;
}

// The automatic target. In the first anchor_steps steps control is off, and anchor, H_0, is the mean entropy of the steps so far. After them
//   FALL: target = max(floor, rho H_0 - decay (steps since then))
// The other rules follow a signal x, whose mean over the first anchor_steps steps that have one is x_0:
//   KEEP_SIGNAL: target = target + rate H_0 clamp(1 - x / (rho x_0), -1, 1), at least max(floor, rho H)
//   HOLD_RIGHT: target = rho x_0 + D, at least floor, with D = D + rate (H - x - D), where x is the entropy of right answers
// and no target is above H_0. A step without a signal moves no target. All rules are heuristics (docs/method.md).
fn with_target(before: Loop, anchors: bool) -> Loop {
  var after = before;
  if before.rho <= 0.0 {
    return after;
  }
  if anchors {
    after.anchor += (before.entropy - before.anchor) / (before.steps + 1.0);
  }
  if parameters.rule == FALL {
    let since = max(0.0, before.steps - parameters.anchor_steps);
    after.target_entropy = max(parameters.floor, before.rho * after.anchor - parameters.decay * since);
    return after;
  }
  let collects = before.has_signal > 0.0 && before.signals < parameters.anchor_steps;
  let moves = before.has_signal > 0.0 && !collects && !anchors;
  if collects {
    after.signals += 1.0;
    after.signal_start += (before.signal - before.signal_start) / after.signals;
    after.mistakes += (before.entropy - before.signal - before.mistakes) / after.signals;
  }
  if parameters.rule == KEEP_SIGNAL {
    return keeping_signal(after, moves, collects || anchors);
  }
  return holding_right(after, moves);
}

fn keeping_signal(before: Loop, moves: bool, starts: bool) -> Loop {
  var after = before;
  let wanted = before.rho * before.signal_start;
  var lack = 0.0;
  if moves && wanted > 0.0 {
    lack = clamp(1.0 - before.signal / wanted, -1.0, 1.0);
  }
  let begin = select(before.target_entropy, before.rho * before.anchor, starts);
  let least = max(parameters.floor, before.rho * before.entropy);
  after.target_entropy = min(before.anchor, max(least, begin + parameters.rate * before.anchor * lack));
  return after;
}

fn holding_right(before: Loop, moves: bool) -> Loop {
  var after = before;
  if moves {
    after.mistakes += parameters.rate * (before.entropy - before.signal - before.mistakes);
  }
  let found = select(before.rho * before.anchor, before.rho * before.signal_start + after.mistakes, before.signals > 0.0);
  after.target_entropy = min(before.anchor, max(parameters.floor, found));
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
