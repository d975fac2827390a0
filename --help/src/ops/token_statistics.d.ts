import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
type In = {
    logits: Tensor;
    actions: Tensor;
    into?: Tensor | undefined;
};
/** logits [N, V], actions [N] u32 -> statistics [N, 4], of softmax(logits * inverseTemperature), in one pass over the logits. */
export declare const tokenStatisticsOp: import("./define.js").Op<In, "statistics", {
    readonly inverseTemperature: Scalar;
}>;
/**
 * What the policy loss needs of logits [N, V]: [N, 4] = log-probability of the action, entropy, log-sum-exp and entropy effect, in nats.
 * `into` [N, 4] is written instead of a fresh tensor where logits exist only a chunk of rows at a time.
 */
export declare function tokenStatistics(logits: Tensor, actions: Tensor, options: {
    readonly inverseTemperature: Scalar;
    readonly into?: Tensor | undefined;
}): Tensor;
export {};
