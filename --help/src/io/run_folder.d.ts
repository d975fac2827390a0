import { type Digests } from "./digest.js";
/** One line of metrics.jsonl: the step and the numbers measured in it. */
export interface MetricsRecord {
    readonly step: number;
    readonly [metric: string]: unknown;
}
export declare const METRICS = "metrics.jsonl";
export declare const CHECKPOINTS = "checkpoints";
/** Files with one JSON object per line, each with its step. */
export declare const LOGS: string[];
/**
 * Makes the folder of a new run and writes its config.yaml. With `overwrite` what an earlier run wrote is removed first, and nothing else.
 * Throws FileError when the folder already holds a run.
 */
export declare function createRunFolder(dir: string, configText: string, { overwrite }?: {
    overwrite?: boolean | undefined;
}): Promise<void>;
/** Writes config.yaml. */
export declare function writeConfig(dir: string, text: string): Promise<void>;
/** Text of config.yaml, undefined where there is none. */
export declare function readConfig(dir: string): Promise<string | undefined>;
/** Writes evaluation.json. */
export declare function writeEvaluationFile(dir: string, value: object): Promise<void>;
/** Text of evaluation.json, undefined where there is none. */
export declare function readEvaluationFile(dir: string): Promise<string | undefined>;
/** Adds one line to metrics.jsonl. */
export declare function appendMetrics(dir: string, record: MetricsRecord): Promise<void>;
/** Adds findings to diagnostics.jsonl, each with the step at which it was found. Without findings there is no file. */
export declare function appendDiagnostics(dir: string, findings: readonly MetricsRecord[]): Promise<void>;
/** Adds samples to samples.jsonl, each with the step in which it was drawn. */
export declare function appendSamples(dir: string, samples: readonly MetricsRecord[]): Promise<void>;
/** Every whole line of metrics.jsonl in order. A last line that a kill cut short is left out. Throws FileError on any other damage. */
export declare function readMetrics(dir: string): Promise<MetricsRecord[]>;
/** Brings all logs of a run to the disk, and says what they hold; a checkpoint keeps that beside its state. */
export declare function syncLogs(dir: string): Promise<Digests>;
/** The folder of a step's checkpoint: checkpoints/step-000100. */
export declare function checkpointDir(dir: string, step: number): string;
/** A checkpoint of a run. Nothing is known yet of what its folder holds. */
export interface CheckpointPlace {
    readonly step: number;
    readonly path: string;
}
/** The checkpoints of a run, the highest step first. Half-written ones do not count. */
export declare function listCheckpoints(dir: string): Promise<CheckpointPlace[]>;
/** The record of a log's line, undefined where it is not a JSON object with a whole step. */
export declare function parseRecord(line: string): MetricsRecord | undefined;
