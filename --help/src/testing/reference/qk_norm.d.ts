import type { HeadLayout } from "../../ops/heads.js";
import type { HostValues } from "../check_op.js";
/** RMS norm of every query and key head, value heads copied, in double precision. */
export declare function qkNormReference({ x, query_weight, key_weight }: HostValues, eps: number, { heads, keyValueHeads, headDim }: HeadLayout): {
    y: Float64Array;
    inverse_rms: Float64Array;
};
