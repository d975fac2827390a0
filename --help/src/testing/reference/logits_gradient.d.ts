import type { HostValues } from "../check_op.js";
/** d/dlogits of sum over rows of (c_logp * logp + c_entropy * entropy), by central differences. */
export declare function logitsGradientReference(inputs: HostValues, inverseTemperature: number): {
    logits: Float64Array;
};
