import { type Tensor } from "../graph/tensor.js";
/** y = a + b, of equal shapes. */
export declare const addOp: import("./define.js").Op<{
    a: Tensor;
    b: Tensor;
}, "y", Record<never, never>>;
/** y = a + b, of tensors of one shape. */
export declare function add(a: Tensor, b: Tensor): Tensor;
