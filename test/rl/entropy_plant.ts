import { entropic, measure, type PIOptions } from "../../src/control/index.ts";
import { createRandom } from "../../src/random.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import type { DiagnosticSettings } from "../../src/rl/diagnostics/index.ts";

/** Standard deviation of one step's entropy, as measured on a small task with 8, 16, 32 and 64 prompts of 8 completions. */
export const NOISE = [0.034, 0.02, 0.015, 0.012] as const;

export interface PlantOptions extends PIOptions {
  readonly start?: number;
  /** The change of entropy in a step without control, the fall that alpha 1 adds, and the standard deviation of a measurement. */
  readonly drift?: number;
  readonly authority?: number;
  readonly noise?: number;
  readonly steps?: number;
  readonly seed?: number;
}

export const settings: DiagnosticSettings = {
  holdsTarget: true,
  hasAlpha: true,
  usesAlpha: true,
  gains: { kp: 10, ki: 1, limit: 0.9 },
  isFloor: false,
  gate: "entropy-effect",
  tau: 0.95,
  comparesWithinGroups: true,
};

/** Metrics of the loop H' = H + drift - authority alpha under the PI controller. The defaults were measured on a small task. */
export function plant(options: PlantOptions): Metrics[] {
  const { start = 0.48, drift = -0.0045, authority = 0.019, noise = NOISE[2], steps = 60, seed = 0, ...gains } = options;
  const controller = entropic(gains);
  const random = createRandom(seed);
  let state = controller.initial();
  let level = start;
  return Array.from({ length: steps }, (_, i) => {
    const entropy = Math.max(0, level + noise * random.normal());
    state = controller.law!.step(measure(state, [{ entropy, tokens: 1 }]));
    const { alpha, error, target_entropy, saturated } = state.loops[0]!;
    level = Math.max(0, level + drift - authority * alpha);
    return {
      step: i + 1,
      entropy,
      loss: 0.1,
      grad_norm: 1,
      reward: 0.4,
      frac_reward_zero_std: 0.3,
      "entropic/alpha": alpha,
      "entropic/error": error,
      "entropic/target": target_entropy,
      "entropic/saturated": saturated,
      "entropic/gated_fraction": 1,
    };
  });
}
