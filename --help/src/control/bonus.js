import { adjustable, decimal, section } from "../options/schema.js";
import { defineController } from "./define.js";
import { constant } from "./fixed.js";
/**
 * The classic entropy bonus (Williams and Peng 1991; Mnih et al. 2016, arXiv 1602.01783): loss - coefficient * H. It pushes entropy up and
 * holds no target. The default has the order of magnitude that is usual in TRL and verl.
 */
export const bonus = defineController({
    key: "bonus",
    description: "A constant entropy bonus.",
    options: section({ coefficient: adjustable(decimal({ min: -10, max: 10 }), 1e-3, "Weight of the bonus.") }),
    build: ({ coefficient }) => ({
        label: "GRPO + entropy bonus",
        holds: [],
        usesAlpha: false,
        reports: ["entropy_coefficient"],
        ...constant({ control: { entropy_coefficient: coefficient } }),
    }),
});
