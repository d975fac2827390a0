import type { Tensor } from "../graph/tensor.js";
/** half [N, C / 2] u32 -> y [N, C]: what to_half stored. */
export declare const fromHalfOp: import("./define.js").Op<{
    half: Tensor;
}, "y", Record<never, never>>;
/** What toHalf stored, as 32-bit floats. */
export declare function fromHalf(half: Tensor): Tensor;
