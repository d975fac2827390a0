import { type Finding } from "../report/findings.js";
import type { Metrics } from "../report/metrics.js";
import type { TrainConfig } from "../rl/config/index.js";
/** Takes each step's metrics, writes what is wrong into diagnostics.jsonl, and shows it. */
export type RunDiagnosis = (metrics: Metrics, show: (text: string) => void) => Promise<readonly Finding[]>;
/** Diagnoses a run step by step. For a run that is resumed after `step` steps it first looks at those in metrics.jsonl. */
export declare function diagnoseRun(config: TrainConfig, step: number): Promise<RunDiagnosis>;
/** The findings as text for the end of a run; empty where there are none. */
export declare function findingsSummary(dir: string): Promise<string>;
