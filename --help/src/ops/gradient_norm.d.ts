import { type Tensor } from "../graph/tensor.js";
/** Attributes of the op that measures the gradient's norm. */
export interface GradientNormOptions {
    /** Gradients are scaled by min(1, maxGradNorm / (norm + 1e-6)); null: no clipping. */
    readonly maxGradNorm: number | null;
    readonly betas: readonly [number, number];
}
/** Flat gradients under any names; updates state [8] in place. */
export declare const gradientNormOp: import("./define.js").Op<Readonly<Record<string, Tensor>>, "partial" | "state", GradientNormOptions>;
/** Updates the optimiser's state [8] from all gradients: norm, scale and bias corrections. A gradient that is not finite skips the step. */
export declare function gradientNorm(shards: readonly Tensor[], state: Tensor, options: GradientNormOptions): Tensor;
