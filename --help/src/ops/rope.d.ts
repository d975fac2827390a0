import type { Tensor } from "../graph/tensor.js";
import { type Op } from "./define.js";
import { type HeadLayout } from "./heads.js";
type In = {
    x: Tensor;
    positions: Tensor;
    table: Tensor;
};
type Attributes = {
    readonly layout: HeadLayout;
    readonly direction: 1 | -1;
};
/** x [N, (H + 2K) D], positions [N] u32, table [P, D] -> y [N, (H + 2K) D]. direction -1 rotates back. */
export declare const ropeOp: Op<In, "y", Attributes>;
/**
 * Rotates the query and key heads of packed rows by their positions; value heads are copied.
 * qkv: [N, (H + 2K) D], D even; positions: [N] u32; table: [P, D] of ropeTable -> [N, (H + 2K) D]
 */
export declare function rope(qkv: Tensor, positions: Tensor, table: Tensor, layout: HeadLayout): Tensor;
export {};
