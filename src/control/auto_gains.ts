import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import type { Loop } from "./loops.ts";

/** Gains from the lever's authority b: kp = lambda / b, ki = kiRatio * kp. */
export interface AutoGains {
  /** Share of an error that a step at kp alone corrects; stable below 2. */
  readonly lambda: number;
  readonly kiRatio: number;
  /** |alpha| of the experiment. */
  readonly amplitude: number;
  /** Steps that the experiment waits for an automatic target. */
  readonly anchorSteps: number;
}

export const autoGains = defineOp<{ state: Tensor }, "state", AutoGains>({
  name: "auto_gains",
  shape: ({ state }) => ({ state: { inPlaceOf: state } }),
  forward: ({ outputs, attributes: { lambda, kiRatio, amplitude, anchorSteps } }) => [
    {
      kernel: "control/auto_gains",
      bindings: { ...outputs },
      parameters: { amplitude, lambda, ratio: kiRatio, anchor_steps: anchorSteps },
      workgroups: 1,
    },
  ],
});

const QUARTER = 6;
/** Steps of the experiment that the gains are computed from. */
export const EXPERIMENT_STEPS = 4 * QUARTER;
const [KP_MIN, KP_MAX] = [0.1, 50];

/** shaders/control/auto_gains.wgsl in double precision: least squares of the change of entropy on alpha, over an experiment at the start. */
export function autoGainsStep(options: AutoGains, loop: Loop, entropy: number): Loop {
  const since = loop.steps - (loop.rho > 0 ? options.anchorSteps : 0);
  if (since < 0 || since > EXPERIMENT_STEPS) return loop;
  const summed = since >= 1 ? withSample(loop, entropy - loop.previous_entropy) : loop;
  if (since === EXPERIMENT_STEPS) return withGains(options, summed);
  const middle = since >= QUARTER && since < 3 * QUARTER;
  return { ...summed, held: 1, held_alpha: middle ? options.amplitude : -options.amplitude };
}

function withSample(loop: Loop, change: number): Loop {
  const { alpha } = loop;
  return {
    ...loop,
    sum_square: loop.sum_square + alpha * alpha,
    sum_product: loop.sum_product + alpha * change,
  };
}

function withGains({ lambda, kiRatio }: AutoGains, loop: Loop): Loop {
  const authority = -loop.sum_product / loop.sum_square;
  if (!(authority > 0)) return { ...loop, authority };
  const kp = Math.max(KP_MIN, Math.min(KP_MAX, lambda / authority));
  return { ...loop, authority, kp, ki: kiRatio * kp };
}
