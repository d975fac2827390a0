/// <reference types="@webgpu/types" />
import { type Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
import type { GradientSink } from "../graph/trace.js";
/** Rows of a block, which one lane adds up: enough to be worth a lane, few enough to spread a sum over the GPU. */
export declare const BLOCK_ROWS = 64;
type Attributes = {
    readonly blockRows: number;
    readonly accumulate: Scalar;
};
/** Sums blocks of rows: x [N, C] -> y [B, C]. */
export declare const columnSumOp: import("./define.js").Op<{
    x: Tensor;
    onto?: Tensor | undefined;
}, "y", Attributes>;
/** The sum over rows, in a fixed order: x [N, C] -> [1, C], or into the gradient of a parameter where its sink is given. */
export declare function columnSum(x: Tensor, sink?: GradientSink): Tensor;
export {};
