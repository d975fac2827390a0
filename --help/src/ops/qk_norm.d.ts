import { type Tensor } from "../graph/tensor.js";
import { type HeadLayout } from "./heads.js";
type In = {
    x: Tensor;
    query_weight: Tensor;
    key_weight: Tensor;
};
type Attributes = {
    readonly layout: HeadLayout;
};
/** x [N, (H + 2K) D], query_weight and key_weight [D] -> y [N, (H + 2K) D], inverse_rms [N, H + K]. */
export declare const qkNormOp: import("./define.js").Op<In, "y" | "inverse_rms", Attributes & {
    readonly eps: number;
}>;
/**
 * RMS norm of every query and key head, one weight for all queries and one for all keys (Qwen3); value heads are copied.
 * qkv: [N, (H + 2K) D]; queryWeight, keyWeight: [D] -> [N, (H + 2K) D]
 */
export declare function qkNorm(qkv: Tensor, queryWeight: Tensor, keyWeight: Tensor, eps: number, layout: HeadLayout): Tensor;
export {};
