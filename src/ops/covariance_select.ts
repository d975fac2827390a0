import type { Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { SURROGATE_DEFAULTS, type SurrogateOptions, surrogateParameters } from "./surrogate.ts";
import { checkTokenShapes } from "./token_inputs.ts";

export interface CovarianceSelectOptions extends SurrogateOptions {
  readonly covariance: "clip-cov" | "kl-cov";
  /** Of clip-cov's random choice, which depends on these and the row alone; each a whole number below 2^32. */
  readonly seed: Scalar;
  readonly draw: Scalar;
  readonly microBatch: Scalar;
}

type In = { statistics: Tensor; token_inputs: Tensor; count: Tensor };

/** statistics [N, 4], token_inputs [N, 6] -> selected [N] u32, and how many they are onto count [1]. */
export const covarianceSelectOp = defineOp<In, "key" | "selected" | "count", CovarianceSelectOptions>({
  name: "covariance_select",
  shape: (inputs) => {
    checkTokenShapes("covariance_select", inputs);
    const shape = [inputs.statistics.shape[0]!];
    return { key: { shape, dtype: "u32" }, selected: { shape, dtype: "u32" }, count: { inPlaceOf: inputs.count } };
  },
  forward: ({ inputs: { statistics, token_inputs }, outputs, attributes }) => {
    const { covFraction, covLow, covHigh } = { ...SURROGATE_DEFAULTS, ...attributes };
    const { eps_low, eps_high, dual_clip } = surrogateParameters(attributes) as Record<"eps_low" | "eps_high" | "dual_clip", number>;
    const { seed, draw, microBatch } = attributes;
    return [
      {
        kernel: "policy/covariance_select",
        variant: { conditions: { RANDOM: attributes.covariance === "clip-cov" } },
        bindings: { statistics, token_inputs, ...outputs },
        parameters: {
          ...{ rows: statistics.shape[0]!, fraction: covFraction, low: covLow, high: covHigh },
          ...{ eps_low, eps_high, dual_clip, seed, draw, micro_batch: microBatch },
        },
        workgroups: 1,
      },
    ];
  },
});

/**
 * The tokens that Clip-Cov or KL-Cov treat otherwise: 1 in `selected` [N] u32, 0 elsewhere. Their number goes to `count` [1], which is written over.
 * Means, shares and choices are of this batch alone.
 */
export function covarianceSelect(
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor; readonly count: Tensor },
  options: CovarianceSelectOptions,
): { readonly selected: Tensor; readonly count: Tensor } {
  const { statistics, tokenInputs, count } = given;
  return covarianceSelectOp({ statistics, token_inputs: tokenInputs, count }, options);
}
