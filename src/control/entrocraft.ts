import type { z } from "zod";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { decimal, option, section } from "../options/schema.ts";
import { initialControl, withFields } from "./contract.ts";
import { defineController } from "./define.ts";

const options = section({
  low: option(decimal({ min: 0 }), 0.3, "Entropy below which only wrong answers teach, in nats per token."),
  high: option(decimal({ min: 0 }), 0.4, "Entropy above which only right answers teach."),
});

type Band = z.output<typeof options>;

const entrocraftUpdate = defineOp<{ control: Tensor }, "control", Band>({
  name: "entrocraft",
  shape: ({ control }) => ({ control: { inPlaceOf: control } }),
  forward: ({ outputs, attributes: { low, high } }) => [
    { kernel: "control/entrocraft", bindings: { ...outputs }, parameters: { low, high }, workgroups: 1 },
  ],
});

/**
 * Entrocraft's band (Li et al. 2026, arXiv 2604.26326): below it only wrong answers teach, above it only right ones, inside it both. The paper
 * rejects samples. Here their weight is 0, and the others' stays what it was.
 */
export const entrocraft = defineController({
  key: "entrocraft",
  description: "A band of entropies: below it only wrong answers teach, above it only right ones (Entrocraft).",
  options,
  check: ({ low, high }) => (high < low ? [{ option: "high", value: high, allowed: `at least entropy.low (${low})` }] : []),
  build: (band) => ({
    label: "GRPO + Entrocraft",
    holds: [{ option: "high", nats: band.high, words: `${band.low} to ${band.high} nats` }],
    usesAlpha: false,
    reports: ["positive_scale", "negative_scale"],
    initial: () => initialControl({ target: (band.low + band.high) / 2 }),
    update: (control) => {
      entrocraftUpdate({ control }, band);
    },
    step: (state, entropy) => entrocraftStep(band, state, entropy),
  }),
});

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
