import { ruleOf, type TargetSettings, withTarget } from "./found_target.ts";
import type { Loop } from "./state.ts";

/** The settings of the law in shaders/control/pi.wgsl; docs/configuration.md explains each. */
export interface PISettings extends TargetSettings {
  /** Whether alpha is never above 0, and acts only below the target. */
  readonly isFloor: boolean;
  readonly limit: number;
  readonly antiWindup: boolean;
  readonly gains: "fixed" | "auto";
  readonly lambda: number;
  readonly kiRatio: number;
}

const QUARTER = 6;
/** Steps of the experiment that automatic gains are computed from. */
export const EXPERIMENT_STEPS = 4 * QUARTER;
const [KP_MIN, KP_MAX] = [0.1, 50];

/** The parameters of shaders/control/pi.wgsl. */
export function piParameters(settings: PISettings): Record<string, number> {
  return {
    limit: settings.limit,
    anti_windup: settings.antiWindup ? 1 : 0,
    is_floor: settings.isFloor ? 1 : 0,
    anchor_steps: settings.anchorSteps,
    rule: ruleOf(settings.target),
    decay: settings.targetDecay,
    floor: settings.targetFloor,
    rate: settings.targetRate,
    lambda: settings.gains === "auto" ? settings.lambda : 0,
    ratio: settings.kiRatio,
  };
}

/** One step of shaders/control/pi.wgsl in double precision, for a loop that the batch has measured. */
export function piStep(settings: PISettings, before: Loop): Loop {
  const anchors = before.rho > 0 && before.steps < settings.anchorSteps;
  const trial = before.steps - (before.rho > 0 ? settings.anchorSteps : 0);
  const experiments = settings.gains === "auto" && trial >= 0 && trial < EXPERIMENT_STEPS;
  const after = law(settings, withGains(settings, withTarget(settings, before, anchors), trial), anchors || experiments);
  const alpha = anchors ? 0 : experiments ? experimentAlpha(settings, trial) : after.alpha;
  return { ...after, alpha: alpha * (1 - before.released), steps: before.steps + 1, previous_entropy: before.entropy };
}

function law({ limit, antiWindup, isFloor }: PISettings, loop: Loop, held: boolean): Loop {
  const error = loop.entropy - loop.target_entropy;
  const raw = loop.kp * error + loop.ki * loop.integral;
  const bounded = Math.max(-limit, Math.min(limit, raw));
  const rests = isFloor && error >= 0;
  const clamped = raw !== bounded && !rests;
  const frozen = held || loop.released > 0 || (antiWindup && clamped && raw > 0 === error > 0);
  const sum = loop.integral + error;
  return {
    ...loop,
    alpha: rests ? 0 : isFloor ? Math.min(0, bounded) : bounded,
    error,
    integral: frozen ? loop.integral : isFloor ? Math.min(0, sum) : sum,
    saturated: clamped && !held && loop.released === 0 ? 1 : 0,
  };
}

/** Automatic gains, by least squares of the change of entropy on alpha over an experiment at the start. */
function withGains({ gains, lambda, kiRatio }: PISettings, loop: Loop, trial: number): Loop {
  if (gains === "fixed" || trial < 1 || trial > EXPERIMENT_STEPS) return loop;
  const { alpha } = loop;
  const sum_square = loop.sum_square + alpha * alpha;
  const sum_product = loop.sum_product + alpha * (loop.entropy - loop.previous_entropy);
  const summed = { ...loop, sum_square, sum_product };
  if (trial < EXPERIMENT_STEPS) return summed;
  const authority = -sum_product / sum_square;
  return { ...summed, authority, ...(authority > 0 && gainsOf({ lambda, kiRatio }, authority)) };
}

/** The automatic gains that an authority above 0 asks for. */
export function gainsOf({ lambda, kiRatio }: Pick<PISettings, "lambda" | "kiRatio">, authority: number): Pick<Loop, "kp" | "ki"> {
  const kp = Math.max(KP_MIN, Math.min(KP_MAX, lambda / authority));
  return { kp, ki: kiRatio * kp };
}

function experimentAlpha({ limit }: PISettings, trial: number): number {
  return (trial >= QUARTER && trial < 3 * QUARTER ? 0.5 : -0.5) * limit;
}
