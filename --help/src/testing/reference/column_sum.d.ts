import type { HostValues } from "../check_op.js";
/** y[c] = sum over n of x[n, c]. */
export declare function columnSumReference({ x }: HostValues): {
    y: Float64Array;
};
