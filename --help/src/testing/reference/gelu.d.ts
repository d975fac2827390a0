import type { HostValues } from "../check_op.js";
/** y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))). */
export declare function geluReference({ x }: HostValues): {
    y: Float64Array;
};
