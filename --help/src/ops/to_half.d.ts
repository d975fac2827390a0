import type { Tensor } from "../graph/tensor.js";
/** x [N, C], C even -> half [N, C / 2] u32, or `into` in place: each word holds two values rounded to 16 bits. */
export declare const toHalfOp: import("./define.js").Op<{
    x: Tensor;
    into?: Tensor | undefined;
}, "half", Record<never, never>>;
/** x in half the memory, written to `into` where that is given. */
export declare function toHalf(x: Tensor, into?: Tensor): Tensor;
