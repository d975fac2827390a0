import type { Tensor } from "../graph/tensor.js";
/** y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), of any shape: GPT-2's GELU (arXiv 1606.08415). */
export declare const geluOp: import("./define.js").Op<{
    x: Tensor;
}, "y", Record<never, never>>;
/** GELU in its tanh form, of any shape. */
export declare function gelu(x: Tensor): Tensor;
