import type { Run } from "./run.js";
/** The metrics of runs as CSV (RFC 4180): a line for each step of each run, a column for each metric, empty where a step lacks it. */
export declare function metricsCsv(runs: readonly Run[], metrics?: readonly string[]): string;
