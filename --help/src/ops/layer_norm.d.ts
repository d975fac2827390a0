import { type Tensor } from "../graph/tensor.js";
/** x [N, C], weight [C], bias [C] -> y [N, C] = (x - mean) / sqrt(variance + eps) * weight + bias (arXiv 1607.06450). */
export declare const layerNormOp: import("./define.js").Op<{
    x: Tensor;
    weight: Tensor;
    bias: Tensor;
}, "y" | "mean" | "inverse_std", {
    readonly eps: number;
}>;
/** Layer normalisation of the rows of x [N, C], scaled by weight [C] and shifted by bias [C]. */
export declare function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor;
