import { mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Digest, type Digests, digestFile } from "./digest.ts";
import { FileError, isFile, isFolder, readOptionalText, requireRoomForFolder, syncFolder } from "./files.ts";
import { removeFile } from "./patient.ts";
import { removeCheckpointsAndPictures } from "./remove_run.ts";
import { appendWhole, writeWhole } from "./write_whole.ts";

/** One line of metrics.jsonl: the step and the numbers measured in it. */
export interface MetricsRecord {
  readonly step: number;
  readonly [metric: string]: unknown;
}

const CONFIG = "config.yaml";
export const METRICS = "metrics.jsonl";
const SAMPLES = "samples.jsonl";
const DIAGNOSTICS = "diagnostics.jsonl";
export const CHECKPOINTS = "checkpoints";
/** Files with one JSON object per line, each with its step. */
export const LOGS = [METRICS, SAMPLES, DIAGNOSTICS];
const PLOTS = "plots";
const EVALUATION = "evaluation.json";
/** What a run remembers of the Trackio server that it reports to. */
export const TRACKIO_STATE = "trackio.json";
/** How the names of TensorBoard's event files begin. */
export const EVENT_FILES = "events.out.tfevents.";
const OTHERS = [EVALUATION, "profile.json", "trace.json", TRACKIO_STATE];
const CHECKPOINT_NAME = /^step-(\d{6,})$/;

/** What becomes of a run that a folder already holds. */
export interface OccupiedFolder {
  readonly overwrite?: boolean;
  /** What the message says to do where it is not overwritten. */
  readonly remedy?: string;
}

/** Whether a folder holds a run. @throws FileError where it does and may not be overwritten, and where a file stands in its way */
export async function checkOccupied(
  dir: string,
  { overwrite = false, remedy = "choose another folder" }: OccupiedFolder = {},
): Promise<boolean> {
  await requireRoomForFolder(dir, "choose another output.dir");
  const holdsRun = (await isFile(join(dir, METRICS))) || (await isFile(join(dir, CONFIG)));
  if (holdsRun && !overwrite) throw new FileError(`${dir} already holds a run; ${remedy}`);
  return holdsRun;
}

/**
 * Makes the folder of a new run and writes its config.yaml. With `overwrite` what an earlier run wrote is removed first, and nothing else.
 * Throws FileError when the folder already holds a run.
 */
export async function createRunFolder(dir: string, configText: string, occupied: OccupiedFolder = {}): Promise<void> {
  if (await checkOccupied(dir, occupied)) {
    const events = (await readdir(dir)).filter((name) => name.startsWith(EVENT_FILES));
    for (const name of [...LOGS, CONFIG, ...OTHERS, ...events]) await removeFile(join(dir, name));
    await removeCheckpointsAndPictures(join(dir, CHECKPOINTS), join(dir, PLOTS));
  }
  await mkdir(dir, { recursive: true }).catch((error: unknown) => {
    throw new FileError(`The run folder ${dir} could not be made (${(error as NodeJS.ErrnoException).code}); choose another output.dir.`);
  });
  await writeConfig(dir, configText);
}

/** Writes config.yaml. */
export async function writeConfig(dir: string, text: string): Promise<void> {
  await writeWhole(join(dir, CONFIG), text);
}

/** Text of config.yaml, undefined where there is none. */
export async function readConfig(dir: string): Promise<string | undefined> {
  return readOptionalText(join(dir, CONFIG));
}

/** Writes evaluation.json. */
export async function writeEvaluationFile(dir: string, value: object): Promise<void> {
  await writeWhole(join(dir, EVALUATION), `${JSON.stringify(value, null, 2)}\n`);
}

/** Text of evaluation.json, undefined where there is none. */
export async function readEvaluationFile(dir: string): Promise<string | undefined> {
  return readOptionalText(join(dir, EVALUATION));
}

/** Adds one line to metrics.jsonl. */
export async function appendMetrics(dir: string, record: MetricsRecord): Promise<void> {
  await appendWhole(join(dir, METRICS), `${JSON.stringify(record)}\n`);
}

/** Adds findings to diagnostics.jsonl, each with the step at which it was found. Without findings there is no file. */
export async function appendDiagnostics(dir: string, findings: readonly MetricsRecord[]): Promise<void> {
  if (findings.length > 0) await appendWhole(join(dir, DIAGNOSTICS), findings.map((finding) => `${JSON.stringify(finding)}\n`).join(""));
}

/** Adds samples to samples.jsonl, each with the step in which it was drawn. */
export async function appendSamples(dir: string, samples: readonly MetricsRecord[]): Promise<void> {
  await appendWhole(join(dir, SAMPLES), samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
}

/** Every whole line of metrics.jsonl in order. A last line that a kill cut short is left out. Throws FileError on any other damage. */
export async function readMetrics(dir: string): Promise<MetricsRecord[]> {
  const path = join(dir, METRICS);
  const text = await readOptionalText(path);
  if (text === undefined) throw new FileError(`${dir} holds no ${METRICS}; give the folder of a run.`);
  // What follows the last line end is empty, or a line whose writing was cut short.
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const record = parseRecord(line);
    if (record) return record;
    throw new FileError(`${path} line ${index + 1} is not a JSON object with a whole "step"; restore the file or start a new run.`);
  });
}

/** Brings all logs of a run to the disk, and says what they hold; a checkpoint keeps that beside its state. */
export async function syncLogs(dir: string): Promise<Digests> {
  const digests: Record<string, Digest> = {};
  for (const name of LOGS) {
    const path = join(dir, name);
    if (await isFile(path)) digests[name] = await digestFile(path, { sync: true });
  }
  await syncFolder(dir);
  return digests;
}

/** The folder of a step's checkpoint: checkpoints/step-000100. */
export function checkpointDir(dir: string, step: number): string {
  return join(dir, CHECKPOINTS, `step-${String(step).padStart(6, "0")}`);
}

/** A checkpoint of a run. Nothing is known yet of what its folder holds. */
export interface CheckpointPlace {
  readonly step: number;
  readonly path: string;
}

/** The checkpoints of a run, the highest step first. Half-written ones do not count. */
export async function listCheckpoints(dir: string): Promise<CheckpointPlace[]> {
  const folder = join(dir, CHECKPOINTS);
  const names = (await isFolder(folder)) ? await readdir(folder) : [];
  return names
    .map((name) => ({ name, step: Number(CHECKPOINT_NAME.exec(name)?.[1]) }))
    .filter(({ name, step }) => name === basename(checkpointDir(dir, step)))
    .map(({ step }) => ({ step, path: checkpointDir(dir, step) }))
    .sort((a, b) => b.step - a.step);
}

/** The record of a log's line, undefined where it is not a JSON object with a whole step. */
export function parseRecord(line: string): MetricsRecord | undefined {
  try {
    const record = JSON.parse(line) as MetricsRecord | null;
    return Number.isInteger(record?.step) ? (record as MetricsRecord) : undefined;
  } catch {
    return undefined;
  }
}
