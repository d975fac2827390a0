import { stringify } from "yaml";
import { isFile, readOptionalText } from "../../io/files.ts";
import { readMetrics } from "../../io/run_folder.ts";
import { appendWhole, writeWhole } from "../../io/write_whole.ts";
import type { Metrics } from "../../report/metrics.ts";
import type { TrainConfig } from "../../rl/config/index.ts";
import { taskFactory, tasks } from "../../tasks/index.ts";
import type { Cell, CellResult } from "./cell.ts";

/** A file beside config.yaml and metrics.jsonl that says how long the cell has taken so far, over all sessions. */
const SECONDS = "seconds.txt";
/** A file beside them with the versions of the sources that trained the cell, a line each. The last bits of a run differ between versions. */
const VERSIONS = "versions.txt";
/** What the cell's `observe` kept, a line a step. A step's line is written before its line of metrics.jsonl. */
const OBSERVATIONS = "observations.jsonl";

/** Where a cell is, and on which adapter it was or is to be run. */
export interface CellPlace {
  /** The study's folder. */
  readonly dir: string;
  readonly adapter: string;
}

/** What an earlier session measured in this cell on this adapter; undefined where it has not run, lacks a step, or had other settings. */
export async function completedCell(cell: Cell, config: TrainConfig, { dir, adapter }: CellPlace): Promise<CellResult | undefined> {
  const folder = `${dir}/${cell.name}`;
  if (!(await isDescribedAs(folder, describeCell(cell, config, adapter)))) return undefined;
  if (!(await isFile(`${folder}/metrics.jsonl`))) return undefined;
  const metrics = (await readMetrics(folder)) as Metrics[];
  // Every step has a line, and so has the evaluation before the first.
  if (metrics.length !== config.grpo.steps + 1 || metrics.some(({ step }, i) => step !== i)) return undefined;
  const observations = cell.observe ? await readObservations(folder, config.grpo.steps) : [];
  if (observations === undefined) return undefined;
  return { config, metrics, observations, seconds: await readSeconds(folder), versions: await readVersions(folder) };
}

/** Whether a folder's config.yaml is this text: then its numbers are those that the cell would measure. */
export async function isDescribedAs(folder: string, text: string): Promise<boolean> {
  return (await readOptionalText(`${folder}/config.yaml`)) === text;
}

/** The config.yaml of a cell. Two cells with the same text on the same adapter measure the same numbers with one version of the sources. */
export function describeCell(cell: Cell, config: TrainConfig, adapter: string): string {
  const { name, heldOutFrom } = cell;
  const elsewhere = elsewhereOfCell(cell);
  const also = { ...(elsewhere && { elsewhere }), ...(heldOutFrom !== undefined && { heldOutFrom }) };
  const task = withDefaults(config.task);
  return stringify({ cell: name, adapter, start: startOfCell(cell), ...also, ...config, task, model: undefined, output: undefined });
}

type TaskSection = Cell["config"]["task"];

/** A section `task` with the options that it leaves out: another version of the sources may have other defaults. */
export function withDefaults(task: TaskSection): TaskSection {
  const { name, ...options } = task;
  // A study may bring a task of its own.
  return name in tasks ? { name, ...taskFactory(name).options.parse(options) } : task;
}

/** The other tasks that a cell is evaluated on, with all their options; undefined where there are none. */
export function elsewhereOfCell({ elsewhere = {} }: Pick<Cell, "elsewhere">): Record<string, TaskSection> | undefined {
  const tasks = Object.entries(elsewhere).map(([name, task]) => [name, withDefaults(task)] as const);
  return tasks.length > 0 ? Object.fromEntries(tasks) : undefined;
}

/** Where a cell's policy comes from, as plain data. */
export function startOfCell({ start }: Pick<Cell, "start">): string | Record<string, unknown> {
  return start.kind === "folder" ? start.dir : { name: start.name, ...start.config, output: undefined };
}

/** The observations of the first so many steps; undefined where one is missing or damaged. */
export async function readObservations(folder: string, steps: number): Promise<unknown[] | undefined> {
  const lines = ((await readOptionalText(`${folder}/${OBSERVATIONS}`)) ?? "").split("\n").slice(0, steps);
  try {
    return lines.length === steps ? lines.map((line) => JSON.parse(line) as unknown) : undefined;
  } catch {
    return undefined;
  }
}

/** Leaves these observations in the folder and no others. */
export async function writeObservations(folder: string, observations: readonly unknown[]): Promise<void> {
  await writeWhole(`${folder}/${OBSERVATIONS}`, observations.map(observationLine).join(""));
}

export async function appendObservation(folder: string, observation: unknown): Promise<void> {
  await appendWhole(`${folder}/${OBSERVATIONS}`, observationLine(observation));
}

function observationLine(observation: unknown): string {
  return `${JSON.stringify(observation)}\n`;
}

export async function readSeconds(folder: string): Promise<number> {
  return Number((await readOptionalText(`${folder}/${SECONDS}`)) ?? 0);
}

/** The versions of the sources that trained the cell in this folder; undefined where they were not kept. */
async function readVersions(folder: string): Promise<string[] | undefined> {
  return (await readOptionalText(`${folder}/${VERSIONS}`))?.split("\n").filter(Boolean);
}

/** Notes that this version trains the cell in this folder from now on: anew, or after those that are noted. */
export async function noteVersion(folder: string, version: string, { anew }: { readonly anew: boolean }): Promise<string[] | undefined> {
  const before = anew ? [] : await readVersions(folder);
  // A run that began before versions were kept has an unknown one, and so none.
  if (before === undefined) return undefined;
  const versions = [...new Set([...before, version])];
  await writeWhole(`${folder}/${VERSIONS}`, versions.map((line) => `${line}\n`).join(""));
  return versions;
}

export async function writeSeconds(folder: string, seconds: number): Promise<void> {
  await writeWhole(`${folder}/${SECONDS}`, `${seconds.toFixed(1)}\n`);
}
