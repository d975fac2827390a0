import type { Metrics } from "../../report/metrics.js";
export { deviation, mean } from "../../report/statistics.js";
/** A metric's finite values over the last `count` steps; an empty list where the run is shorter or some step lacks the metric. */
export declare function lastValues(history: readonly Metrics[], metric: Exclude<keyof Metrics, "step">, count: number): number[];
export declare function isFiniteNumber(value: unknown): value is number;
/** A number in a message: three decimals, or three digits where it is large. */
export declare function figure(value: number): string;
export declare function percent(share: number): string;
