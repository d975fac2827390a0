import type { Metrics } from "../../report/metrics.js";
type Name = keyof Metrics & string;
/** The steps of training, without the evaluation before them. */
export declare function trainingSteps(metrics: readonly Metrics[]): Metrics[];
/** A metric in every step of training. */
export declare function seriesOf(metrics: readonly Metrics[], name: Name): number[];
/** The mean of a metric over some steps. */
export declare function averageOf(steps: readonly Metrics[], name: Name): number;
/** The last of so many equal parts: the last half with 2, the last third with 3. */
export declare function lastPart<Item>(items: readonly Item[], parts: number): readonly Item[];
export declare function meanDistance(values: readonly number[], target: number): number;
/** The mean of every five steps in a row. */
export declare function meansOfFive(values: readonly number[]): number[];
/** The step that ends the first five whose mean is within the share `near` of the target; undefined where there are none. */
export declare function reachedAt(values: readonly number[], target: number, near: number): number | undefined;
/** How far values went past the target, seen from the first of them, as a share of the target; 0 where they never did. */
export declare function overshootOf(values: readonly number[], target: number): number;
export {};
