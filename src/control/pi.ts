import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { type Controller, controlIndex, initialControl, withFields } from "./contract.ts";

export interface PIOptions {
  /** Entropy to hold, in nats per response token, at the temperature of the loss. */
  readonly target: number;
  /** alpha per nat of error, and per nat of the sum of earlier errors. */
  readonly kp?: number;
  readonly ki?: number;
  /** Largest |alpha|; below 1 no token's gradient vanishes or flips. */
  readonly limit?: number;
  /** Freezes the integral in a step whose alpha is clamped and whose error would push it further out. */
  readonly antiWindup?: boolean;
}

/** Gains that suit small models and the entropy-effect gate; docs/method has the paper's, for large ones. */
const DEFAULTS = { kp: 10, ki: 1, limit: 0.9, antiWindup: true } as const;

type Gains = Required<PIOptions>;

const piUpdate = defineOp<{ control: Tensor }, "control", Gains>({
  name: "pi",
  shape: ({ control }) => ({ control: { inPlaceOf: control } }),
  forward: ({ outputs, attributes: { target, kp, ki, limit, antiWindup } }) => [
    {
      kernel: "control/pi",
      bindings: { ...outputs },
      parameters: { target_entropy: target, kp, ki, limit, anti_windup: antiWindup ? 1 : 0 },
      workgroups: 1,
    },
  ],
});

/**
 * EntroPIC (arXiv 2511.15248): alpha = clamp(kp e + ki I, -limit, limit) with e = entropy - target and I the sum of earlier errors.
 * @throws when the target is negative or the limit is not positive
 */
export function entropic(options: PIOptions): Controller {
  const gains = { ...DEFAULTS, ...options };
  if (!(gains.target >= 0)) throw new Error(`entropy.target is ${gains.target}; it must be 0 or more, in nats per token`);
  if (!(gains.limit > 0)) throw new Error(`entropy.limit is ${gains.limit}; it must be above 0, for instance ${DEFAULTS.limit}`);
  return {
    name: "pi",
    initial: () => initialControl({ target: gains.target }),
    update: (control) => {
      piUpdate({ control }, gains);
    },
    step: (state, entropy) => piStep(gains, state, entropy),
  };
}

function piStep({ target, kp, ki, limit, antiWindup }: Gains, state: readonly number[], entropy: number): number[] {
  if (!Number.isFinite(entropy)) return withFields(state, { entropy });
  const integral = state[controlIndex("integral")]!;
  const error = entropy - target;
  const raw = kp * error + ki * integral;
  const alpha = Math.max(-limit, Math.min(limit, raw));
  const saturated = raw !== alpha;
  const frozen = antiWindup && saturated && raw > 0 === error > 0;
  return withFields(state, { entropy, alpha, error, target, integral: frozen ? integral : integral + error, saturated: saturated ? 1 : 0 });
}
