import type { Tensor } from "../graph/tensor.js";
/** statistics [N, 4], token_inputs [N, 6] -> coefficients [N, 2], token_metrics [N, 8] of the loss -weight * logp. */
export declare const crossEntropyOp: import("./define.js").Op<{
    statistics: Tensor;
    token_inputs: Tensor;
}, "token_metrics" | "coefficients", Record<never, never>>;
/**
 * Cross-entropy of the actions, weighted by token_inputs: coefficients [N, 2] for logitsGradient, and metrics [13], which are those of the
 * policy loss.
 */
export declare function crossEntropy(statistics: Tensor, tokenInputs: Tensor): {
    readonly coefficients: Tensor;
    readonly metrics: Tensor;
};
