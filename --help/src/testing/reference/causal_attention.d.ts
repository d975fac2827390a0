import type { HeadLayout } from "../../ops/heads.js";
import type { HostValue, HostValues } from "../check_op.js";
/** Softmax attention of packed rows over the rows from sequence_start to themselves, in double precision. */
export declare function causalAttentionReference({ qkv, sequence_start }: HostValues, layout: HeadLayout): {
    out: Float64Array;
    log_sum_exp: Float64Array;
};
/** The vector of one head of packed qkv: query heads first, then keys, then values. */
export declare function headOf(qkv: HostValue, { heads, keyValueHeads, headDim }: HeadLayout, row: number, head: number): Float64Array;
/** One query's softmax attention. */
export declare function attend(query: Float64Array, keys: readonly Float64Array[], values: readonly Float64Array[]): {
    out: Float64Array;
    logSumExp: number;
};
