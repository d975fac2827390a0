import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
type In = {
    actions: Tensor;
    coefficients: Tensor;
    statistics: Tensor;
    logits: Tensor;
};
/** logits [N, V] become the gradient of sum over rows of (c_logp * logp + c_entropy * entropy), in place. */
export declare const logitsGradientOp: import("./define.js").Op<In, "logits", {
    readonly inverseTemperature: Scalar;
}>;
/**
 * Turns logits [N, V] into their gradient in place, given actions [N], statistics [N, 4] of the same logits, and coefficients [N, 2]: the
 * derivatives of the loss by the action's log-probability and by the entropy of each row. Rows whose coefficients are 0 become zeros.
 */
export declare function logitsGradient(logits: Tensor, given: {
    readonly actions: Tensor;
    readonly statistics: Tensor;
    readonly coefficients: Tensor;
    readonly inverseTemperature: Scalar;
}): Tensor;
export {};
