import { type Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
import type { GradientSink } from "../graph/trace.js";
/** y = x + accumulate * y, in place. */
export declare const addOntoOp: import("./define.js").Op<{
    x: Tensor;
    onto: Tensor;
}, "y", {
    accumulate: Scalar;
}>;
/** Adds a gradient to a parameter's sink, in place. */
export declare function addOnto({ onto, accumulate }: GradientSink, x: Tensor): Tensor;
