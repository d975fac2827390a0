import type { HeadLayout } from "../../ops/heads.js";
import type { HostValues } from "../check_op.js";
/** The caches [S, P, K, D] after the key and value heads of each row went to [sequence(n), positions(n)]. */
export declare function cacheWriteReference({ qkv, cache_keys, cache_values, sequence, positions }: HostValues, { heads, keyValueHeads, headDim }: HeadLayout): {
    cache_keys: Float64Array;
    cache_values: Float64Array;
};
