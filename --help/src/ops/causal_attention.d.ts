/// <reference types="@webgpu/types" />
import type { Tensor } from "../graph/tensor.js";
import { type HeadLayout } from "./heads.js";
type In = {
    qkv: Tensor;
    sequence_start: Tensor;
    sequence_end: Tensor;
};
/** How lanes share keys and values: by shuffles, which are cheap on software adapters, or through workgroup memory, on GPUs. */
export type OperandSharing = "shuffles" | "workgroup memory";
type Attributes = {
    readonly layout: HeadLayout;
    readonly sharing?: OperandSharing | undefined;
};
/** qkv [N, (H + 2K) D], sequence_start and sequence_end [N] u32 -> out [N, H D], log_sum_exp [N, H]. */
export declare const causalAttentionOp: import("./define.js").Op<In, "out" | "log_sum_exp", Attributes>;
type BackwardIn = In & {
    out: Tensor;
    log_sum_exp: Tensor;
    grad_out: Tensor;
};
/** The gradient of packed qkv: one kernel writes its query heads, then another its key and value heads. */
export declare const causalAttentionBackwardOp: import("./define.js").Op<BackwardIn, "grad_qkv" | "delta", Attributes>;
/**
 * Softmax attention of packed rows: row i attends to rows sequenceStart[i] .. i, and query head h to key-value head floor(h / (H / K)).
 * qkv: [N, (H + 2K) D]; sequenceStart, sequenceEnd: [N] u32, the first row of each row's sequence and one past its last -> [N, H D]
 */
export declare function causalAttention(qkv: Tensor, sequenceStart: Tensor, sequenceEnd: Tensor, layout: HeadLayout, sharing?: OperandSharing): Tensor;
export {};
