import type { Tensor } from "../graph/tensor.js";
import { type HeadLayout } from "./heads.js";
type In = {
    qkv: Tensor;
    sequence: Tensor;
    positions: Tensor;
    cache_keys: Tensor;
    cache_values: Tensor;
};
/** Writes the keys and values of qkv [N, (H + 2K) D] to the caches [S, P, K, D], in place. */
export declare const cacheWriteOp: import("./define.js").Op<In, "cache_keys" | "cache_values", {
    readonly layout: HeadLayout;
}>;
/**
 * Keeps keys and values for later tokens: cacheKeys[sequence[n], positions[n]] becomes the key heads of row n, cacheValues its value heads.
 * qkv: [N, (H + 2K) D]; caches: [S, P, K, D], written in place; sequence, positions: [N] u32. Returns the caches as written.
 */
export declare function cacheWrite(qkv: Tensor, cacheKeys: Tensor, cacheValues: Tensor, sequence: Tensor, positions: Tensor, layout: HeadLayout): {
    readonly cacheKeys: Tensor;
    readonly cacheValues: Tensor;
};
export {};
