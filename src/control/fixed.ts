import { decimal, option, section } from "../options/schema.ts";
import { initialControl, withFields } from "./contract.ts";
import { type ControllerBehaviour, defineController } from "./define.ts";

/** alpha stays what it is given, for open-loop measurements. */
export const fixed = defineController({
  key: "fixed",
  description: "A constant alpha, for measurements without feedback.",
  options: section({ alpha: option(decimal({ min: -1, max: 1 }), 0, "The constant alpha.") }),
  build: ({ alpha }) => constantAlpha(alpha, `GRPO, alpha ${alpha}`),
});

/** No control: plain GRPO. */
export const none = defineController({
  key: "none",
  description: "Plain GRPO, without entropy control.",
  options: section({}),
  build: () => ({ ...constantAlpha(0, "GRPO"), usesAlpha: false }),
});

function constantAlpha(alpha: number, label: string): ControllerBehaviour {
  return {
    label,
    holds: [],
    usesAlpha: true,
    initial: () => initialControl({ alpha }),
    update: () => {},
    step: (state, entropy) => withFields(state, { entropy }),
  };
}
