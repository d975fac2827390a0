import { isFile, readOptionalText } from "../../io/files.ts";
import { listCheckpoints, METRICS, readConfig } from "../../io/run_folder.ts";
import { isMapping } from "../../options/problems.ts";
import { brief } from "../../options/quote.ts";
import { readYaml } from "../../options/yaml.ts";
import type { Cell } from "./cell.ts";
import { type CellPlace, isDescribedAs } from "./cell_folder.ts";

/** A run that is complete or has a checkpoint, with other settings than those of its cell. */
export interface OtherRun {
  readonly name: string;
  /** The keys of config.yaml that differ, as far as they are known. */
  readonly differs: readonly string[];
}

/** What to do about runs with other settings. */
export const KEEP_OR_REPLACE = "give --runs OTHER to keep what is there, or --overwrite to replace it";

/** The run in a cell's folder that this config.yaml would replace; undefined where there is none, or little is lost with it. */
export async function otherRun({ name }: Cell, text: string, { dir }: Pick<CellPlace, "dir">): Promise<OtherRun | undefined> {
  const folder = `${dir}/${name}`;
  if ((await isDescribedAs(folder, text)) || !(await keepsWork(folder))) return undefined;
  return { name, differs: await differingKeys(folder, text) };
}

/** The keys that differ in runs, for a message: " (adapter, seed)". */
export function differingText(runs: readonly OtherRun[]): string {
  const keys = [...new Set(runs.flatMap(({ differs }) => differs))];
  return keys.length > 0 ? ` (${brief(keys.join(", "), 100)})` : "";
}

/** Whether a run has begun in a folder. */
export async function holdsRun(folder: string): Promise<boolean> {
  return (await readConfig(folder)) !== undefined || (await isFile(`${folder}/${METRICS}`));
}

/** Whether a folder holds what may have taken days: all lines of a run, or a checkpoint. */
async function keepsWork(folder: string): Promise<boolean> {
  if ((await listCheckpoints(folder)).length > 0) return true;
  const metrics = await readOptionalText(`${folder}/${METRICS}`);
  if (metrics === undefined) return false;
  const config = await configIn(folder);
  const steps = isMapping(config?.grpo) ? config.grpo.steps : undefined;
  // A line more than steps: the evaluation before the first.
  return typeof steps !== "number" || metrics.split("\n").length - 1 > steps;
}

async function differingKeys(folder: string, text: string): Promise<string[]> {
  const there = await configIn(folder);
  return there ? keysBetween(there, readYaml(text, "config.yaml")) : [];
}

function keysBetween(there: unknown, here: unknown, path: readonly string[] = []): string[] {
  if (!isMapping(there) || !isMapping(here)) return JSON.stringify(there) === JSON.stringify(here) ? [] : [path.join(".")];
  return [...new Set([...Object.keys(there), ...Object.keys(here)])].flatMap((key) => keysBetween(there[key], here[key], [...path, key]));
}

/** A run's config.yaml as plain data; undefined where it is missing or damaged. */
async function configIn(folder: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readConfig(folder);
  if (text === undefined) return undefined;
  try {
    const config = readYaml(text, "config.yaml");
    return isMapping(config) ? config : undefined;
  } catch {
    return undefined;
  }
}
