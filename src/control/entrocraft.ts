import type { z } from "zod";
import { adjustable, decimal, section } from "../options/schema.ts";
import { defineController } from "./define.ts";
import { type ControlState, initialState, isMeasured } from "./state.ts";

const options = section({
  low: adjustable(decimal({ min: 0, max: 100 }), 0.3, "Entropy below which only wrong answers teach, in nats per token."),
  high: adjustable(decimal({ min: 0, max: 100 }), 0.4, "Entropy above which only right answers teach."),
});

type Band = z.output<typeof options>;

/**
 * Entrocraft's band (Li et al. 2026, arXiv 2604.26326): below it only wrong answers teach, above it only right ones, inside it both. The
 * paper rejects samples. Here rejected samples get the weight 0, and the weights of the others stay what they were.
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
    actsOnAdvantages: true,
    reports: ["positive_scale", "negative_scale"],
    initial: () => initialState({ loops: [{ target_entropy: (band.low + band.high) / 2 }] }),
    law: { kernel: "control/entrocraft", parameters: band, step: (state) => entrocraftStep(band, state) },
  }),
});

function entrocraftStep({ low, high }: Band, state: ControlState): ControlState {
  const [loop] = state.loops;
  if (!loop || !isMeasured(loop)) return state;
  const [below, above] = [loop.entropy < low, loop.entropy > high];
  const middle = (low + high) / 2;
  return {
    control: { ...state.control, positive_scale: below ? 0 : 1, negative_scale: above ? 0 : 1 },
    loops: [{ ...loop, error: loop.entropy - middle, target_entropy: middle, saturated: below || above ? 1 : 0 }],
  };
}
