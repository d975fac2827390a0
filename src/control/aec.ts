import type { z } from "zod";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "../ops/define.ts";
import { decimal, option, section } from "../options/schema.ts";
import { controlIndex, initialControl, withFields } from "./contract.ts";
import { defineController } from "./define.ts";

const options = section({
  target: option(decimal({ min: 0 }), 0.2, "Entropy below which the bonus acts, in nats per token."),
  delta: option(decimal({ above: 0 }), 1e-4, "Change of the bonus in every step."),
  maxCoefficient: option(decimal({ above: 0 }), 0.005, "Largest bonus."),
});

type Settings = z.output<typeof options>;

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
 * Skywork-OR1's adaptive entropy control (arXiv 2505.22312), with its settings: an entropy bonus whose coefficient rises by delta in a step
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
    initial: () => initialControl({ target: settings.target }),
    update: (control) => {
      aecUpdate({ control }, settings);
    },
    step: (state, entropy) => aecStep(settings, state, entropy),
  }),
});

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
