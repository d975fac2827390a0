import type { HostValues } from "../check_op.js";
/** The two 16-bit floats of every word, the low one first. */
export declare function fromHalfReference({ half }: HostValues): {
    y: Float64Array;
};
