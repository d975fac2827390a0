import { decimal, option, section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";

/** KL-Cov (Cui et al. 2025, arXiv 2505.22617): the tokens of highest covariance pay for change, and nothing is clipped. */
export const klCov = defineLoss({
  key: "kl-cov",
  description: "No clip, but a penalty on change for the tokens whose covariance of advantage and log-probability is highest.",
  options: section({
    covFraction: option(decimal({ above: 0, max: 1 }), 2e-4, "The share of the tokens of a pass that are selected, but at least one."),
    covCoef: option(decimal({ min: 0 }), 1, "Weight of the penalty |log ratio|."),
  }),
});
