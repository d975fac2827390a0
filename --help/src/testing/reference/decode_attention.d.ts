import type { HeadLayout } from "../../ops/heads.js";
import type { HostValues } from "../check_op.js";
/** Attention of row s over positions 0 .. position(s) of cache slot s, in double precision. */
export declare function decodeAttentionReference({ qkv, cache_keys, cache_values, positions }: HostValues, layout: HeadLayout): {
    out: Float64Array;
};
