import { type Tensor } from "../graph/tensor.js";
/** y = a * b element by element, of equal shapes. */
export declare const multiplyOp: import("./define.js").Op<{
    a: Tensor;
    b: Tensor;
}, "y", Record<never, never>>;
/** a * b element by element. */
export declare function multiply(a: Tensor, b: Tensor): Tensor;
