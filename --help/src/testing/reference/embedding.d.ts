import type { HostValues } from "../check_op.js";
/** y[n] = weight[tokens[n]]. */
export declare function embeddingReference({ tokens, weight }: HostValues): {
    y: Float64Array;
};
