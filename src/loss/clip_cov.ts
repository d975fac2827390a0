import { decimal, option, section } from "../options/schema.ts";
import { clipOptions, dualClipOption } from "./clip_options.ts";
import { defineLoss } from "./define.ts";

/** Clip-Cov (Cui et al. 2025, arXiv 2505.22617): a few random tokens of high covariance have no loss, the others PPO's. */
export const clipCov = defineLoss({
  key: "clip-cov",
  description: "PPO's clip without the gradient of a few tokens whose covariance of advantage and log-probability is high.",
  options: section({
    ...clipOptions,
    ...dualClipOption,
    covFraction: option(decimal({ above: 0, max: 1 }), 2e-4, "The share of the tokens of a pass that are selected, but at least one."),
    covLow: option(decimal(), 1, "Covariance above which tokens are drawn."),
    covHigh: option(decimal(), 5, "Covariance below which tokens are drawn."),
  }),
  check: ({ covLow, covHigh }) =>
    covHigh <= covLow ? [{ option: "covHigh", value: covHigh, allowed: `above grpo.covLow (${covLow})` }] : [],
});
