import { adjustable, decimal, section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";
import { MOST_RATIO } from "./token.ts";

/** MiniMax-M1's CISPO (arXiv 2506.13585): the ratio weighs a token and is not differentiated. */
export const cispo = defineLoss({
  key: "cispo",
  description: "The policy gradient weighed by a bounded probability ratio, so that every token keeps a gradient (MiniMax-M1).",
  options: section({
    cispoBound: adjustable(decimal({ min: 1e-8, max: MOST_RATIO }), 5, "The most that a probability ratio weighs a token."),
  }),
  parameters: ({ cispoBound }) => ({ bound: cispoBound }),
  surrogate: ({ advantage, logp, detachedRatio }, { cispoBound }) => {
    const slope = -Math.min(detachedRatio, cispoBound) * advantage;
    return { value: slope * logp, slope, low: false, high: detachedRatio > cispoBound };
  },
  scalesWithAdvantage: true,
});
