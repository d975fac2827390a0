import { adjustable, decimal, flag, oneOf, section } from "../options/schema.ts";
import { defineController } from "./define.ts";
import { type ControlState, initialState, isMeasured } from "./state.ts";

const options = section({
  target: adjustable(decimal({ min: 0, max: 100 }), 0.3, "Entropy below which tokens are reweighed, in nats per token."),
  share: adjustable(
    decimal({ min: 1e-8, max: 1 }),
    0.1,
    "The share of the tokens of a sign of the advantage that are reweighed, the most surprising ones; at least one token of a pass is.",
  ),
  side: adjustable(
    oneOf(["positive", "negative", "both"]),
    "positive",
    "Which surprising tokens are reweighed: those with positive advantage are amplified, those with negative advantage damped, or both.",
  ),
  weight: adjustable(
    decimal({ min: 1, max: 2 }),
    1.1,
    "What multiplies a positive advantage; a negative one is multiplied by 2 - weight. With adaptive it is the weight of the start.",
  ),
  adaptive: adjustable(
    flag(),
    false,
    "Whether the weight rises by delta in an optimiser update below the target and falls by delta in one above it.",
  ),
  delta: adjustable(decimal({ min: 1e-9, max: 10 }), 0.01, "With adaptive: change of the weight in every optimiser update."),
  maxWeight: adjustable(decimal({ min: 1, max: 2 }), 1.5, "With adaptive: the largest weight; the least is 1."),
});

/**
 * STARE (Luo et al. 2026, arXiv 2606.19236): while entropy is below its target, the most surprising tokens among those with A > 0 weigh
 * more, or those with A < 0 less; otherwise this is plain GRPO. alpha is minus what their weight differs from 1 by.
 */
export const stare = defineController({
  key: "stare",
  description: "While entropy is below its target, surprising tokens of right answers weigh more, or those of wrong ones less (STARE).",
  options,
  check: ({ adaptive, weight, maxWeight }) =>
    adaptive && weight > maxWeight ? [{ option: "weight", value: weight, allowed: `at most entropy.maxWeight (${maxWeight})` }] : [],
  build: (settings) => {
    const { target, share, side, weight, adaptive } = settings;
    const [delta, limit] = [adaptive ? settings.delta : 0, settings.maxWeight - 1];
    // private_0 is what the weight has above 1, and private_1 whether it is constant.
    const fresh = { target_entropy: target, private_0: weight - 1, private_1: adaptive ? 0 : 1 };
    return {
      label: "GRPO + STARE",
      holds: [{ option: "target", nats: target, words: `${target} nats` }],
      usesAlpha: true,
      actsOnAdvantages: true,
      lever: { kind: "surprise", positiveShare: side === "negative" ? 0 : share, negativeShare: side === "positive" ? 0 : share },
      initial: () => initialState({ loops: [fresh] }),
      law: { kernel: "control/stare", parameters: { delta, limit }, step: (state) => stareStep({ delta, limit }, state) },
      resumed: ({ control, loops: [saved] }) => {
        const adapted = adaptive && saved!.private_1 === 0;
        return { control, loops: [{ ...saved!, ...fresh, ...(adapted && { private_0: Math.min(saved!.private_0, limit) }) }] };
      },
    };
  },
});

/** One step of shaders/control/stare.wgsl in double precision. */
function stareStep({ delta, limit }: { readonly delta: number; readonly limit: number }, state: ControlState): ControlState {
  const [loop] = state.loops;
  if (!loop || !isMeasured(loop)) return state;
  const error = loop.entropy - loop.target_entropy;
  const gain = delta > 0 ? Math.max(0, Math.min(limit, loop.private_0 - delta * Math.sign(error))) : loop.private_0;
  const saturated = error < 0 && delta > 0 && gain > limit - delta / 2 ? 1 : 0;
  return { ...state, loops: [{ ...loop, error, private_0: gain, alpha: error < 0 ? -gain : 0, saturated }] };
}
