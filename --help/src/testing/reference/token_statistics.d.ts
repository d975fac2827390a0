import type { HostValues } from "../check_op.js";
/** log softmax of one row. */
export declare function logSoftmax(logits: ArrayLike<number>): number[];
/** logp, entropy, log-sum-exp and entropy effect of softmax(logits * inverseTemperature), straight from their definitions. */
export declare function rowStatistics(logits: ArrayLike<number>, action: number, inverseTemperature: number): [number, number, number, number];
/** statistics [N, 4] of logits [N, V] and actions [N]. */
export declare function tokenStatisticsReference({ logits, actions }: HostValues, inverseTemperature: number): {
    statistics: Float64Array;
};
