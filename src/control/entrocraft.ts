import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { type Controller, initialControl, withFields } from "./contract.ts";

/** The band to keep entropy in, in nats per response token. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

const entrocraftUpdate = defineOp<{ control: Tensor }, "control", Band>({
  name: "entrocraft",
  shape: ({ control }) => ({ control: { inPlaceOf: control } }),
  forward: ({ outputs, attributes: { low, high } }) => [
    { kernel: "control/entrocraft", bindings: { ...outputs }, parameters: { low, high }, workgroups: 1 },
  ],
});

/**
 * Entrocraft's band (Li et al. 2026, arXiv 2604.26326): below it only wrong answers teach, above it only right ones, inside it both. The paper
 * rejects samples; here their weight is 0, and the others' stays what it was.
 * @throws when the band is not 0 <= low <= high
 */
export function entrocraft(band: Band): Controller {
  const { low, high } = band;
  if (!(low >= 0)) throw new Error(`entropy.low is ${low}; it must be 0 or more, in nats per token`);
  if (!(high >= low && Number.isFinite(high))) throw new Error(`entropy.high is ${high}; it must be at least entropy.low (${low})`);
  return {
    name: "entrocraft",
    reports: ["positive_scale", "negative_scale"],
    initial: () => initialControl({ target: (low + high) / 2 }),
    update: (control) => {
      entrocraftUpdate({ control }, band);
    },
    step: (state, entropy) => entrocraftStep(band, state, entropy),
  };
}

function entrocraftStep({ low, high }: Band, state: readonly number[], entropy: number): number[] {
  if (!Number.isFinite(entropy)) return withFields(state, { entropy });
  const [below, above] = [entropy < low, entropy > high];
  const middle = (low + high) / 2;
  return withFields(state, {
    entropy,
    positive_scale: below ? 0 : 1,
    negative_scale: above ? 0 : 1,
    error: entropy - middle,
    target: middle,
    saturated: below || above ? 1 : 0,
  });
}
