import type { HostValues } from "../check_op.js";
/** The record BATCH_METRICS of the rows whose mask is set. */
export declare function metricReduceReference({ token_metrics, token_inputs }: HostValues): {
    metrics: Float64Array;
};
