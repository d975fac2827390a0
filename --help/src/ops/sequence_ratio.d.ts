import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
type In = {
    statistics: Tensor;
    token_inputs: Tensor;
    sequence_begin: Tensor;
};
/** statistics [N, 4], token_inputs [N, 6], sequence_begin [S+1] u32 -> mean_difference [N]. */
export declare const sequenceRatioOp: import("./define.js").Op<In, "mean_difference", {
    readonly sequences: Scalar;
}>;
/** For every row [N], the mean of logp - old_logp over the response tokens of its sequence, in nats: the logarithm of GSPO's ratio. */
export declare function sequenceRatio(given: {
    readonly statistics: Tensor;
    readonly tokenInputs: Tensor;
    readonly sequenceBegin: Tensor;
}, options: {
    readonly sequences: Scalar;
}): Tensor;
export {};
