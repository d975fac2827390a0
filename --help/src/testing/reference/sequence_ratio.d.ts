import type { HostValues } from "../check_op.js";
/** For each row, the mean of logp - old_logp over the response tokens of its sequence. Each difference is clamped to [-20, 20]. */
export declare function sequenceRatioReference({ statistics, token_inputs, sequence_begin }: HostValues): {
    mean_difference: Float64Array;
};
