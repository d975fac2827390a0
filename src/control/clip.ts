import { adjustable, decimal } from "../options/schema.ts";
import { defineController } from "./define.ts";
import { entropic } from "./pi.ts";

/**
 * The bounds of PPO's clip as the actuator of a proportional-integral controller: a token with A < 0 that is held below 1 - clipLow no
 * longer lowers entropy, and one with A > 0 that may pass 1 + clipHigh raises it (Park et al. 2025, arXiv 2509.26114; Chen et al. 2026,
 * arXiv 2602.09782, who move the bounds by a schedule). Here the bounds follow alpha: clipLow span^alpha and clipHigh span^-alpha.
 */
export const clip = defineController({
  key: "clip",
  description: "Proportional-integral control of the clip's bounds in place of alpha's term; it needs several updates a rollout.",
  options: entropic.options.extend({
    span: adjustable(
      decimal({ above: 1, max: 1000 }),
      4,
      "What the bounds are multiplied and divided by at alpha 1. Below the target clipLow shrinks and clipHigh grows.",
    ),
  }),
  check: ({ span: _, ...settings }) => entropic.check?.(settings) ?? [],
  build: ({ span, ...settings }) => ({ ...entropic(settings), label: "GRPO + clip bounds", lever: { kind: "clip", span } }),
});
