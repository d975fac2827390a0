import { type MetricName } from "./metrics.js";
import type { Run } from "./run.js";
import { type Point } from "./statistics.js";
/** A drawn picture: `name` is the file's stem. */
export interface Picture {
    readonly name: string;
    readonly svg: string;
}
/** What is drawn of runs. */
export interface PlotOptions {
    /** The metrics to draw. Default: reward, entropy, alpha, gated fraction and evaluations, where they tell something. */
    readonly metrics?: readonly string[];
}
/** Draws metrics of one or several runs. Each has a picture by itself, and `overview` has all of them. */
export declare function plotRuns(runs: readonly Run[], { metrics }?: PlotOptions): Promise<Picture[]>;
/** The names of the metrics that any of the runs has, in alphabetical order. */
export declare function metricNames(runs: readonly Run[]): string[];
/** The values of one metric over the steps, without steps that lack it. */
export declare function metricPoints(run: Run, metric: MetricName): Point[];
