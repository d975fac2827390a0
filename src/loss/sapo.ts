import { adjustable, decimal, section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";

/** SAPO (arXiv 2511.20347): a gate that closes smoothly as the ratio leaves 1. */
export const sapo = defineLoss({
  key: "sapo",
  description: "A gate that closes smoothly on both sides of the ratio 1, in the place of a clip.",
  options: section({
    sapoPositive: adjustable(
      decimal({ min: 1e-9, max: 1000 }),
      1,
      "How fast tokens with positive advantage stop learning as their probability ratio leaves 1.",
    ),
    sapoNegative: adjustable(
      decimal({ min: 1e-9, max: 1000 }),
      1.05,
      "How fast tokens with negative advantage stop learning as their probability ratio leaves 1.",
    ),
  }),
  parameters: ({ sapoPositive, sapoNegative }) => ({ positive: sapoPositive, negative: sapoNegative }),
  surrogate: ({ advantage, ratio, ratioSlope }, { sapoPositive, sapoNegative }) => {
    const t = advantage < 0 ? sapoNegative : sapoPositive;
    const x = t * (ratio - 1);
    const [open, closed] = [1 / (1 + Math.exp(-x)), 1 / (1 + Math.exp(x))];
    return { value: (-4 / t) * open * advantage, slope: -4 * open * closed * ratioSlope * advantage, low: false, high: false };
  },
  scalesWithAdvantage: true,
});
