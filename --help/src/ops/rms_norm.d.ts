import { type Tensor } from "../graph/tensor.js";
/** x [N, C], weight [C] -> y [N, C] = x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019, arXiv 1910.07467). */
export declare const rmsNormOp: import("./define.js").Op<{
    x: Tensor;
    weight: Tensor;
}, "y" | "inverse_rms", {
    readonly eps: number;
}>;
/** y = x / sqrt(mean(x^2) + eps) * weight, over every row of x [N, C]. */
export declare function rmsNorm(x: Tensor, weight: Tensor, eps: number): Tensor;
