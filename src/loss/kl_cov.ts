import { covarianceSelect } from "../ops/covariance_select.ts";
import { adjustable, decimal, section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";

/** Nats by which sampler and trainer may round a log-probability apart. The sign of such a difference is chance. */
const ROUNDING = 1e-4;

/** KL-Cov (Cui et al. 2025, arXiv 2505.22617): the tokens of highest covariance pay a penalty for change, and nothing is clipped. */
export const klCov = defineLoss({
  key: "kl-cov",
  description: "No clip, but a penalty on change for the tokens whose covariance of advantage and log-probability is highest.",
  options: section({
    covFraction: adjustable(decimal({ min: 1e-8, max: 1 }), 2e-4, "The share of the tokens of a pass that are selected, but at least one."),
    covCoef: adjustable(decimal({ min: 0, max: 1000 }), 1, "Weight of the penalty |log ratio|."),
  }),
  parameters: ({ covCoef }) => ({ penalty: covCoef }),
  surrogate: ({ advantage, difference, differenceSlope, ratio, ratioSlope, extra }, { covCoef }) => {
    const penalty = extra === 1 ? covCoef : 0;
    const d = Math.abs(difference) < ROUNDING ? 0 : difference;
    const value = -ratio * advantage + penalty * Math.abs(d);
    const slope = -ratioSlope * advantage + penalty * Math.sign(d) * differenceSlope;
    return { value, slope, low: false, high: false };
  },
  extra: (context, { covFraction }) => covarianceSelect(context, { fraction: covFraction }).selected,
  selects: "covariance/selected",
});
