import { entropyRatio } from "../ops/entropy_ratio.ts";
import { adjustable, decimal, section } from "../options/schema.ts";
import { clipOptions, clipParameters, clipped, dualClipOption } from "./clip.ts";
import { defineLoss } from "./define.ts";

/** ERC (Su et al. 2025, arXiv 2512.05591): PPO's clip, and no gradient of tokens whose entropy has changed by much since they were sampled. */
export const erc = defineLoss({
  key: "erc",
  description:
    "PPO's clip without the gradient of tokens at which the policy's entropy has changed by too large a share (entropy ratio clipping).",
  options: section({
    ...clipOptions,
    ...dualClipOption,
    ercLow: adjustable(
      decimal({ min: 0, max: 1 }),
      0.05,
      "A token does not learn where the entropy there is at most 1 - ercLow times that at sampling.",
    ),
    ercHigh: adjustable(
      decimal({ min: 0, max: 1e9 }),
      0.05,
      "A token does not learn where the entropy there is at least 1 + ercHigh times that at sampling.",
    ),
  }),
  parameters: clipParameters,
  surrogate: (token, clip) => {
    if (token.extra !== 1) return clipped(token, clip);
    return { ...clipped({ ...token, ratio: token.detachedRatio }, clip), slope: 0 };
  },
  scalesWithAdvantage: true,
  readsOldEntropy: true,
  extra: ({ statistics, tokenInputs, oldEntropy, count }, { ercLow, ercHigh }) =>
    entropyRatio({ statistics, tokenInputs, oldEntropy: oldEntropy!, count }, { low: ercLow, high: ercHigh }).outside,
  selects: "entropy_ratio/clipped",
});
