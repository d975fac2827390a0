import type { Tensor } from "../graph/tensor.js";
/** grad_x = grad_y gelu'(x), of any shape. */
export declare const geluBackwardOp: import("./define.js").Op<{
    x: Tensor;
    grad_y: Tensor;
}, "grad_x", Record<never, never>>;
