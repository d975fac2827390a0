import type { HostValues } from "../check_op.js";
/** The options of the op, with its scalars as numbers. */
export interface CovarianceReferenceOptions {
    readonly fraction: number;
    readonly among?: {
        readonly low: number;
        readonly high: number;
        readonly clip: Readonly<Record<"clip_low" | "clip_high" | "dual_clip", number>>;
        readonly random: Readonly<Record<"seed" | "draw" | "microBatch", number>>;
    };
}
/** Selects tokens by sorting: 1 for those that are selected, 0 for the others, and the number of those selected. */
export declare function covarianceSelectReference({ statistics, token_inputs }: HostValues, { fraction, among }: CovarianceReferenceOptions): {
    selected: Float64Array;
    count: Float64Array;
};
