import type { HostValues } from "../check_op.js";
/** y = x + accumulate * y. */
export declare function addOntoReference({ x, y }: HostValues, accumulate: number): {
    y: Float64Array;
};
