import type { Tensor } from "../graph/tensor.js";
import type { HeadLayout } from "../ops/heads.js";
import { type RopeOptions } from "../ops/rope_table.js";
import { Linear } from "./linear.js";
import { Constant, Module } from "./module.js";
import { RMSNorm } from "./norm.js";
import type { Rows } from "./rows.js";
/**
 * Softmax attention of packed rows over themselves, or of one new row per sequence over the cache.
 * `owner` identifies the layer in the cache. qkv: [N, (H + 2K) D] -> [N, H D]
 */
export declare function attend(owner: object, qkv: Tensor, rows: Rows, layout: HeadLayout): Tensor;
/** A table of rotary angles, shared by the layers of a model (Su et al. 2021, arXiv 2104.09864). */
export declare class RotaryEmbedding extends Module {
    readonly table: Constant;
    constructor(options: RopeOptions);
}
/** The sizes of an attention layer, and the standard deviations that its weights are drawn with. */
export interface CausalSelfAttentionOptions extends HeadLayout {
    readonly hiddenSize: number;
    readonly rotary: RotaryEmbedding;
    readonly bias?: boolean;
    /** RMS norm of every query and key head (Qwen3), with this eps. */
    readonly queryKeyNormEps?: number;
    readonly std?: number;
    readonly outputStd?: number;
}
/** Grouped-query causal self-attention with rotary positions: Llama, Qwen2, Qwen3. */
export declare class CausalSelfAttention extends Module {
    readonly qkv_proj: Linear;
    readonly q_norm: RMSNorm | undefined;
    readonly k_norm: RMSNorm | undefined;
    readonly o_proj: Linear;
    readonly rotary: RotaryEmbedding;
    readonly layout: HeadLayout;
    constructor(options: CausalSelfAttentionOptions);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor, rows: Rows): Tensor;
}
