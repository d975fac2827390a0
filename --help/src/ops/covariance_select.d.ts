import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
/** A random choice depends on these keys and the row alone. Each key is a whole number below 2^32. */
export interface RandomKeys {
    readonly seed: Scalar;
    readonly draw: Scalar;
    readonly microBatch: Scalar;
}
/** Attributes of the op that selects tokens of high covariance. */
export interface CovarianceSelectOptions {
    /** Share of the response tokens that are selected; at least one token is. */
    readonly fraction: number;
    /** Draws from the tokens with a covariance between low and high whose ratio the clip does not hold. Absent: takes the largest ones. */
    readonly among?: {
        readonly low: number;
        readonly high: number;
        readonly clip: Readonly<Record<"clip_low" | "clip_high" | "dual_clip", number>>;
        readonly random: RandomKeys;
    };
}
type In = {
    statistics: Tensor;
    token_inputs: Tensor;
    count: Tensor;
};
/** statistics [N, 4], token_inputs [N, 6] -> selected [N], and the number of selected tokens in count [1]. */
export declare const covarianceSelectOp: import("./define.js").Op<In, "count" | "key" | "selected", CovarianceSelectOptions>;
/**
 * Selects tokens by their covariance of advantage and log-probability: `selected` [N] is 1 for a selected token, else 0. Their number
 * overwrites `count` [1]. Means, shares and draws are over this batch alone.
 */
export declare function covarianceSelect(given: {
    readonly statistics: Tensor;
    readonly tokenInputs: Tensor;
    readonly count: Tensor;
}, options: CovarianceSelectOptions): {
    readonly selected: Tensor;
    readonly count: Tensor;
};
export {};
