import type { z } from "zod";
import { adjustable, decimal, section } from "../options/schema.ts";
import { defineController } from "./define.ts";
import { type ControlState, initialState, isMeasured } from "./state.ts";

const options = section({
  target: adjustable(decimal({ min: 0, max: 100 }), 0.2, "Entropy below which the bonus acts, in nats per token."),
  delta: adjustable(decimal({ min: 1e-9, max: 10 }), 1e-4, "Change of the bonus in every optimiser update."),
  maxCoefficient: adjustable(decimal({ min: 1e-9, max: 10 }), 0.005, "Largest bonus."),
});

type Settings = z.output<typeof options>;

/**
 * Skywork-OR1's adaptive entropy control (arXiv 2505.22312) and its settings: an entropy bonus whose coefficient rises by delta in a step
 * whose entropy is below the target and falls by delta in any other, between 0 and maxCoefficient. It acts only below the target.
 */
export const aec = defineController({
  key: "aec",
  description: "An entropy bonus that rises while entropy is below its target and falls while it is above (Skywork-OR1).",
  options,
  build: (settings) => ({
    label: "GRPO + AEC",
    holds: [{ option: "target", nats: settings.target, words: `${settings.target} nats` }],
    usesAlpha: false,
    reports: ["entropy_coefficient"],
    initial: () => initialState({ loops: [{ target_entropy: settings.target }] }),
    law: {
      kernel: "control/aec",
      parameters: { target_entropy: settings.target, delta: settings.delta, max_coefficient: settings.maxCoefficient },
      step: (state) => aecStep(settings, state),
    },
  }),
});

function aecStep({ target, delta, maxCoefficient }: Settings, state: ControlState): ControlState {
  const [loop] = state.loops;
  if (!loop || !isMeasured(loop)) return state;
  const error = loop.entropy - target;
  const coefficient = Math.max(0, Math.min(maxCoefficient, loop.private_0 + (error < 0 ? delta : -delta)));
  const saturated = error < 0 && coefficient > maxCoefficient - delta / 2 ? 1 : 0;
  return {
    control: { ...state.control, entropy_coefficient: error < 0 ? coefficient : 0 },
    loops: [{ ...loop, error, target_entropy: target, private_0: coefficient, saturated }],
  };
}
