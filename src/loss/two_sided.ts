import { adjustable, decimal, section } from "../options/schema.ts";
import { clipOptions } from "./clip.ts";
import { defineLoss } from "./define.ts";
import { MOST_RATIO } from "./token.ts";

/** INTELLECT-2's clip on both sides (arXiv 2505.07291). */
export const twoSided = defineLoss({
  key: "two-sided",
  description: "PPO's clip with a bound on the ratio of tokens with negative advantage too (INTELLECT-2).",
  options: section({
    ...clipOptions,
    delta: adjustable(
      decimal({ above: 1, max: MOST_RATIO }),
      4,
      "A token with negative advantage also stops learning once its probability ratio is above this; it must exceed 1 + clipHigh.",
    ),
  }),
  check: ({ delta, clipHigh }) =>
    delta <= 1 + clipHigh ? [{ option: "delta", value: delta, allowed: `above 1 + clipHigh (${1 + clipHigh})` }] : [],
  parameters: ({ clipLow, clipHigh, delta }) => ({ clip_low: clipLow, clip_high: clipHigh, delta }),
  surrogate: ({ advantage, ratio, ratioSlope }, { clipLow, clipHigh, delta }) => {
    const low = advantage < 0 && ratio < 1 - clipLow;
    const high = advantage > 0 && ratio > 1 + clipHigh;
    const held = advantage < 0 && ratio > delta;
    const bounded = Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh);
    const value = -Math.min(Math.min(ratio, delta) * advantage, bounded * advantage);
    return { value, slope: low || high || held ? 0 : -advantage * ratioSlope, low, high };
  },
  scalesWithAdvantage: true,
});
