import { covarianceSelect } from "../ops/covariance_select.ts";
import { adjustable, decimal, section } from "../options/schema.ts";
import { clipOptions, clipParameters, clipped, dualClipOption } from "./clip.ts";
import { defineLoss } from "./define.ts";

/** Clip-Cov (Cui et al. 2025, arXiv 2505.22617): a few random tokens of high covariance have no loss; the others have PPO's. */
export const clipCov = defineLoss({
  key: "clip-cov",
  description: "PPO's clip without the gradient of a few tokens whose covariance of advantage and log-probability is high.",
  options: section({
    ...clipOptions,
    ...dualClipOption,
    covFraction: adjustable(
      decimal({ min: 1e-8, max: 1 }),
      2e-4,
      "The share of the tokens of a pass that are selected, but at least one where any lies between covLow and covHigh.",
    ),
    covLow: adjustable(decimal({ min: -1e9, max: 1e9 }), 1, "Covariance above which tokens are drawn."),
    covHigh: adjustable(decimal({ min: -1e9, max: 1e9 }), 5, "Covariance below which tokens are drawn."),
  }),
  check: ({ covLow, covHigh }) =>
    covHigh <= covLow ? [{ option: "covHigh", value: covHigh, allowed: `above grpo.covLow (${covLow})` }] : [],
  parameters: clipParameters,
  surrogate: (token, clip) => {
    const other = clipped(token, clip);
    return token.extra === 1 ? { ...other, value: 0, slope: 0 } : other;
  },
  extra: (context, { covFraction, covLow, covHigh, ...clip }) =>
    covarianceSelect(context, {
      fraction: covFraction,
      among: { low: covLow, high: covHigh, clip: clipParameters(clip), random: context.random },
    }).selected,
  selects: "covariance/selected",
});
