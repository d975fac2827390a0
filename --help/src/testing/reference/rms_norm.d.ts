import type { HostValues } from "../check_op.js";
/** y = x / sqrt(mean(x^2) + eps) * weight, in double precision. */
export declare function rmsNormReference({ x, weight }: HostValues, eps: number): {
    y: Float64Array;
    inverse_rms: Float64Array;
};
