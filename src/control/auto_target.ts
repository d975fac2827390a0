import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import type { Loop } from "./loops.ts";

/** A target that follows from the entropy at the start of the run. */
export interface AutoTarget {
  /** target = rho * the mean entropy of the first steps. */
  readonly rho: number;
  /** Steps with control off that the mean is taken over. */
  readonly anchorSteps: number;
  /** What the target falls by in every step after those, in nats, down to targetFloor. */
  readonly targetDecay: number;
  readonly targetFloor: number;
}

export const autoTarget = defineOp<{ state: Tensor }, "state", AutoTarget>({
  name: "auto_target",
  shape: ({ state }) => ({ state: { inPlaceOf: state } }),
  forward: ({ outputs, attributes: { anchorSteps, targetDecay, targetFloor } }) => [
    {
      kernel: "control/auto_target",
      bindings: { ...outputs },
      parameters: { anchor_steps: anchorSteps, decay: targetDecay, floor: targetFloor },
      workgroups: 1,
    },
  ],
});

/**
 * shaders/control/auto_target.wgsl in double precision: target = max(floor, rho H_0 - decay t). A heuristic: it assumes that the start of the
 * run is diverse enough.
 */
export function autoTargetStep({ anchorSteps, targetDecay, targetFloor }: AutoTarget, loop: Loop, entropy: number): Loop {
  if (loop.rho <= 0) return loop;
  const anchoring = loop.steps < anchorSteps;
  const anchor = anchoring ? loop.anchor + (entropy - loop.anchor) / (loop.steps + 1) : loop.anchor;
  const since = Math.max(0, loop.steps - anchorSteps);
  const target = Math.max(targetFloor, loop.rho * anchor - targetDecay * since);
  return { ...loop, anchor, target, ...(anchoring && { held: 1, held_alpha: 0 }) };
}
