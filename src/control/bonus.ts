import { decimal, option, section } from "../options/schema.ts";
import { initialControl, withFields } from "./contract.ts";
import { defineController } from "./define.ts";

/**
 * The classic entropy bonus (Williams and Peng 1991; Mnih et al. 2016, arXiv 1602.01783): loss - coefficient * H. It pushes entropy up and
 * holds no target. The default is TRL's and verl's usual order of magnitude.
 */
export const bonus = defineController({
  key: "bonus",
  description: "A constant entropy bonus.",
  options: section({ coefficient: option(decimal(), 1e-3, "Weight of the bonus.") }),
  build: ({ coefficient }) => ({
    label: "GRPO + entropy bonus",
    holds: [],
    usesAlpha: false,
    reports: ["entropy_coefficient"],
    initial: () => initialControl({ entropy_coefficient: coefficient }),
    update: () => {},
    step: (state, entropy) => withFields(state, { entropy }),
  }),
});
