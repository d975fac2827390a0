import type { HostValues } from "../check_op.js";
/** y = a + b. */
export declare function addReference({ a, b }: HostValues): {
    y: Float64Array;
};
