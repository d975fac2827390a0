import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { type Controller, controlIndex, initialControl, withFields } from "./contract.ts";

export interface AECOptions {
  /** Entropy below which the bonus acts, in nats per response token. */
  readonly target?: number;
  /** Change of the coefficient in every step. */
  readonly delta?: number;
  /** Largest coefficient. */
  readonly maxCoefficient?: number;
}

/** Skywork-OR1's settings. */
export const AEC_DEFAULTS = { target: 0.2, delta: 1e-4, maxCoefficient: 0.005 } as const;

type Settings = Required<AECOptions>;

const aecUpdate = defineOp<{ control: Tensor }, "control", Settings>({
  name: "aec",
  shape: ({ control }) => ({ control: { inPlaceOf: control } }),
  forward: ({ outputs, attributes: { target, delta, maxCoefficient } }) => [
    {
      kernel: "control/aec",
      bindings: { ...outputs },
      parameters: { target_entropy: target, delta, max_coefficient: maxCoefficient },
      workgroups: 1,
    },
  ],
});

/**
 * Skywork-OR1's adaptive entropy control (arXiv 2505.22312): an entropy bonus whose coefficient rises by delta in a step whose entropy is
 * below the target and falls by delta in any other, between 0 and maxCoefficient; it acts only while entropy is below the target.
 * @throws when the target is negative, or delta or maxCoefficient is not positive
 */
export function aec(options: AECOptions = {}): Controller {
  const settings = { ...AEC_DEFAULTS, ...options };
  const { target, delta, maxCoefficient } = settings;
  if (!(target >= 0)) throw new Error(`entropy.target is ${target}; it must be 0 or more, in nats per token`);
  if (!(delta > 0)) throw new Error(`entropy.delta is ${delta}; it must be above 0, for instance ${AEC_DEFAULTS.delta}`);
  if (!(maxCoefficient > 0)) {
    throw new Error(`entropy.maxCoefficient is ${maxCoefficient}; it must be above 0, for instance ${AEC_DEFAULTS.maxCoefficient}`);
  }
  return {
    name: "aec",
    reports: ["entropy_coefficient"],
    initial: () => initialControl({ target }),
    update: (control) => {
      aecUpdate({ control }, settings);
    },
    step: (state, entropy) => aecStep(settings, state, entropy),
  };
}

function aecStep({ target, delta, maxCoefficient }: Settings, state: readonly number[], entropy: number): number[] {
  if (!Number.isFinite(entropy)) return withFields(state, { entropy });
  const error = entropy - target;
  const moved = state[controlIndex("private_0")]! + (error < 0 ? delta : -delta);
  const coefficient = Math.max(0, Math.min(maxCoefficient, moved));
  return withFields(state, {
    entropy,
    error,
    target,
    private_0: coefficient,
    entropy_coefficient: error < 0 ? coefficient : 0,
    saturated: error < 0 && coefficient > maxCoefficient - delta / 2 ? 1 : 0,
  });
}
