import { readOptionalText } from "../../io/files.ts";
import { isMapping } from "../../options/problems.ts";
import { readYaml } from "../../options/yaml.ts";
import type { Cell, CellResult, CellResults } from "./cell.ts";
import { slug } from "./names.ts";
import { type CellRecord, type KnownPlace, knownCell } from "./records.ts";
import { tunedConfig } from "./run_study.ts";
import { needsOf } from "./schedule.ts";

export interface CompleteCells {
  readonly results: CellResults;
  /** The names of the others. */
  readonly missing: readonly string[];
}

/** What is complete of a study so far, without running anything. A cell counts as missing where one that it needs is. */
export async function completeCells(cells: readonly Cell[], place: KnownPlace): Promise<CompleteCells> {
  const results = new Map<string, CellResult>();
  const needs = needsOf(cells);
  for (const cell of cells) {
    if (!needs.get(cell.name)!.every((name) => results.has(name))) continue;
    const known = await knownCell(cell, tunedConfig(cell, results), place);
    if (known) results.set(cell.name, known);
  }
  return { results, missing: cells.map(({ name }) => name).filter((name) => !results.has(name)) };
}

/** The adapters that cells in a study's folder and in its records were run on, that of the most first. */
export async function adaptersIn(dir: string, cells: readonly Cell[], records: readonly CellRecord[] = []): Promise<string[]> {
  const counts = new Map<string, number>();
  const count = (adapter: string): void => void counts.set(adapter, (counts.get(adapter) ?? 0) + 1);
  for (const { adapter } of records) count(adapter);
  for (const { name } of cells) {
    const text = await readOptionalText(`${dir}/${name}/config.yaml`);
    const config = text === undefined ? undefined : readYaml(text, `${dir}/${name}/config.yaml`);
    if (!isMapping(config) || typeof config.adapter !== "string") continue;
    count(config.adapter);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([adapter]) => adapter);
}

/**
 * The cells that words choose, with those that they need. A word is a part of a run's name, or several joined by a slash that must all be in
 * it: `grpo`, or `codes/grpo`. Undefined where a word chooses nothing.
 */
export function chosenCells(cells: readonly Cell[], words: readonly string[]): Cell[] | undefined {
  const wanted = words.map((word) => word.split("/").map(slug));
  const matches = ({ name }: Cell, parts: readonly string[]): boolean => parts.every((part) => name.split("/").includes(part));
  if (wanted.some((parts) => !cells.some((cell) => matches(cell, parts)))) return undefined;
  return withNeeds(
    cells,
    cells.filter((cell) => wanted.some((parts) => matches(cell, parts))),
  );
}

/** Some of the cells, and all that they need, in the order of the cells. */
export function withNeeds(cells: readonly Cell[], some: readonly Cell[]): Cell[] {
  const names = new Set(some.map(({ name }) => name));
  const needs = needsOf(cells);
  // A cell's needs come before it, so that one pass backwards finds the needs of needs too.
  for (const { name } of [...cells].reverse()) if (names.has(name)) for (const other of needs.get(name)!) names.add(other);
  return cells.filter(({ name }) => names.has(name));
}
