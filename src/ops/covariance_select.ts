import type { Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** A random choice depends on these keys and the row alone. Each key is a whole number below 2^32. */
export interface RandomKeys {
  readonly seed: Scalar;
  readonly draw: Scalar;
  readonly microBatch: Scalar;
}

/** Attributes of the op that selects tokens of high covariance. */
export interface CovarianceSelectOptions {
  /** Share of the response tokens that are selected, but at least one token; with `among` none where none lies there. */
  readonly fraction: number;
  /** Draws from the tokens with a covariance between low and high whose ratio the clip does not hold. Absent: takes the largest ones. */
  readonly among?: {
    readonly low: number;
    readonly high: number;
    readonly clip: Readonly<Record<"clip_low" | "clip_high" | "dual_clip", number>>;
    readonly random: RandomKeys;
  };
}

type In = { statistics: Tensor; token_inputs: Tensor; count: Tensor };

/** statistics [N, 4], token_inputs [N, 6] -> selected [N], and the number of selected tokens in count [1]. */
export const covarianceSelectOp = defineOp<In, "key" | "selected" | "count", CovarianceSelectOptions>({
  name: "covariance_select",
  shape: (inputs) => {
    checkTokenShapes("covariance_select", inputs);
    const shape = [inputs.statistics.shape[0]!];
    return { key: { shape, dtype: "u32" }, selected: { shape }, count: { inPlaceOf: inputs.count } };
  },
  forward: ({ inputs: { statistics, token_inputs }, outputs, attributes: { fraction, among } }) => {
    const random = among && { seed: among.random.seed, draw: among.random.draw, micro_batch: among.random.microBatch };
    return [
      {
        kernel: "policy/covariance_select",
        variant: { conditions: { RANDOM: among !== undefined } },
        bindings: { statistics, token_inputs, ...outputs },
        parameters: { rows: statistics.shape[0]!, fraction, ...(among && { low: among.low, high: among.high, ...among.clip, ...random }) },
        workgroups: 1,
      },
    ];
  },
});

/**
 * Selects tokens by their covariance of advantage and log-probability: `selected` [N] is 1 for a selected token, else 0. Their number
 * overwrites `count` [1]. Means, shares and draws are over this batch alone.
 */
export function covarianceSelect(
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor; readonly count: Tensor },
  options: CovarianceSelectOptions,
): { readonly selected: Tensor; readonly count: Tensor } {
  const { statistics, tokenInputs, count } = given;
  return covarianceSelectOp({ statistics, token_inputs: tokenInputs, count }, options);
}
