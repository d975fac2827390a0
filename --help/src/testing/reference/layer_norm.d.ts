import type { HostValues } from "../check_op.js";
/** y = (x - mean) / sqrt(variance + eps) * weight + bias, in double precision. */
export declare function layerNormReference({ x, weight, bias }: HostValues, eps: number): {
    y: Float64Array;
};
