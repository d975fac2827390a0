import type { HostValues } from "../check_op.js";
/** from_half(to_half(x)), because the words that to_half writes cannot be compared as numbers. */
export declare function toHalfReference({ x }: HostValues): {
    y: Float64Array;
};
