/// <reference types="@webgpu/types" />
import type { Tensor } from "../graph/tensor.js";
import { type HeadLayout } from "./heads.js";
/** What the lanes of the kernel split among them: a head's elements (software adapters) or the keys (GPUs). */
export type DecodeSplit = "elements" | "keys";
type In = {
    qkv: Tensor;
    positions: Tensor;
    cache_keys: Tensor;
    cache_values: Tensor;
};
/** qkv [S, (H + 2K) D], positions [S] u32, cache_keys and cache_values [S, P, K, D] -> out [S, H D]. */
export declare const decodeAttentionOp: import("./define.js").Op<In, "out", {
    readonly layout: HeadLayout;
    readonly split?: DecodeSplit | undefined;
}>;
/**
 * Attention of one new row per sequence over its cache slot, where cacheWrite has put the row's own key and value before.
 * qkv: [S, (H + 2K) D], row s of cache slot s; positions: [S] u32, the index p of the new token, which attends to 0 .. p -> [S, H D]
 */
export declare function decodeAttention(qkv: Tensor, cacheKeys: Tensor, cacheValues: Tensor, positions: Tensor, layout: HeadLayout, split?: DecodeSplit): Tensor;
export {};
