import { type Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
/** Attributes of AdamW's op. */
export interface AdamWStepOptions {
    readonly learningRate: Scalar;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weightDecay: number;
    /** Weights below this index decay: matrices come first in a shard, which is a flat buffer of parameters. */
    readonly decayEnd: number;
}
/** The parameters of the kernels that compute AdamW's formula, beside `count`. */
export declare function adamwParameters({ betas: [beta1, beta2], ...options }: AdamWStepOptions): Readonly<Record<string, Scalar>>;
/** A flat shard of parameters [E], with its gradients and moments, and the optimiser's state [8]. */
export interface AdamWShard {
    readonly parameters: Tensor;
    readonly gradients: Tensor;
    readonly first: Tensor;
    readonly second: Tensor;
    readonly state: Tensor;
}
type In = {
    gradients: Tensor;
    optimizer_state: Tensor;
    weights: Tensor;
    first: Tensor;
    second: Tensor;
};
/** gradients [E], optimizer_state [8] of gradient_norm; updates weights, first and second moments [E] in place. */
export declare const adamwOp: import("./define.js").Op<In, "first" | "second" | "weights", AdamWStepOptions>;
/** One AdamW update of a flat shard, in place. Nothing changes where gradientNorm or adamwCheck has skipped the step. */
export declare function adamwStep(shard: AdamWShard, options: AdamWStepOptions): void;
export {};
