import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { FileError, isFile, isFolder, readOptionalText } from "./files.ts";
import { removeCheckpointsAndPictures } from "./remove_run.ts";
import { appendWhole, writeWhole } from "./write_whole.ts";

/** One line of metrics.jsonl: the step and the numbers measured in it. */
export interface MetricsRecord {
  readonly step: number;
  readonly [metric: string]: unknown;
}

const CONFIG = "config.yaml";
const METRICS = "metrics.jsonl";
const SAMPLES = "samples.jsonl";
const DIAGNOSTICS = "diagnostics.jsonl";
const CHECKPOINTS = "checkpoints";
/** Files with one JSON object per line, each with its step. */
const LOGS = [METRICS, SAMPLES, DIAGNOSTICS];
const PLOTS = "plots";
const EVALUATION = "evaluation.json";
const OTHERS = [EVALUATION, "profile.json", "trace.json"];
const CHECKPOINT_NAME = /^step-(\d{6,})$/;

/**
 * Makes the folder of a new run and writes its config.yaml. With `overwrite` what an earlier run wrote is removed first, and nothing else.
 * Throws FileError when the folder already holds a run.
 */
export async function createRunFolder(dir: string, configText: string, { overwrite = false } = {}): Promise<void> {
  const holdsRun = (await isFile(join(dir, METRICS))) || (await isFile(join(dir, CONFIG)));
  if (holdsRun && !overwrite) {
    throw new FileError(`${dir} already holds a run; choose another output.dir, pass --overwrite, or continue it with "resume ${dir}".`);
  }
  if (holdsRun) {
    for (const name of [...LOGS, CONFIG, ...OTHERS]) await rm(join(dir, name), { force: true });
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
  return wholeLines(text, path).map(({ record }) => record);
}

/** Drops the lines after `step` from all logs, because a resumed run logs them again. The other lines keep their bytes. */
export async function truncateMetrics(dir: string, step: number): Promise<void> {
  for (const name of LOGS) {
    const path = join(dir, name);
    const text = await readOptionalText(path);
    if (text === undefined) continue;
    const kept = wholeLines(text, path).filter(({ record }) => record.step <= step);
    const truncated = kept.map(({ line }) => `${line}\n`).join("");
    if (truncated !== text) await writeWhole(path, truncated);
  }
}

/** The folder of a step's checkpoint: checkpoints/step-000100. */
export function checkpointDir(dir: string, step: number): string {
  return join(dir, CHECKPOINTS, `step-${String(step).padStart(6, "0")}`);
}

/** The checkpoint with the highest step, undefined where the run has none yet. Half-written ones do not count. */
export async function latestCheckpoint(dir: string): Promise<{ readonly step: number; readonly path: string } | undefined> {
  const folder = join(dir, CHECKPOINTS);
  const names = (await isFolder(folder)) ? await readdir(folder) : [];
  const steps = names.flatMap((name) => checkpointStep(name) ?? []);
  if (steps.length === 0) return undefined;
  const step = Math.max(...steps);
  return { step, path: checkpointDir(dir, step) };
}

/** The step in the name of a checkpoint's folder, undefined where the name is not one of a checkpoint. */
export function checkpointStep(name: string): number | undefined {
  const digits = CHECKPOINT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function wholeLines(text: string, path: string): { line: string; record: MetricsRecord }[] {
  const lines = text.split("\n");
  // What follows the last line end is empty, or a line whose writing was cut short.
  return lines.slice(0, -1).map((line, index) => ({ line, record: parseRecord(line, `${path} line ${index + 1}`) }));
}

function parseRecord(line: string, place: string): MetricsRecord {
  try {
    const record = JSON.parse(line) as MetricsRecord;
    if (Number.isInteger(record.step)) return record;
  } catch {
    // Reported below, like a line without a step.
  }
  throw new FileError(`${place} is not a JSON object with a whole "step"; restore the file or start a new run.`);
}
