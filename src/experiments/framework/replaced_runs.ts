import type { Cell, CellResults } from "./cell.ts";
import { describeCell, isDescribedAs } from "./cell_folder.ts";
import { holdsRun, type OtherRun, otherRun } from "./other_run.ts";
import { completeCells, withNeeds } from "./partial.ts";
import { type KnownPlace, knownCell } from "./records.ts";
import { tunedConfig } from "./run_study.ts";
import { needsOf } from "./schedule.ts";

/**
 * The runs with other settings that training these cells would replace. Where a cell's knobs follow from runs that are not complete, it
 * counts only what no knob changes, and whether these runs would be replaced themselves.
 */
export async function replacedRuns(cells: readonly Cell[], place: KnownPlace): Promise<OtherRun[]> {
  const suspects = await suspectsAmong(cells, place);
  const needs = needsOf(cells);
  const needed = new Set(suspects.flatMap(({ name }) => needs.get(name)!));
  const { results } = await completeCells(
    withNeeds(
      cells,
      cells.filter(({ name }) => needed.has(name)),
    ),
    place,
  );
  const others: OtherRun[] = [];
  for (const cell of suspects) {
    const names = needs.get(cell.name)!;
    const isTuned = names.every((name) => results.has(name));
    const found = isTuned ? await otherThanTuned(cell, results, place) : await otherThanUntuned(cell, place);
    const isMeantForOthers = others.some(({ name }) => names.includes(name));
    if (found && (isTuned || isMeantForOthers || found.differs.length > 0)) others.push(found);
  }
  return others;
}

/** The cells in whose folders a run has begun that is not described by the settings that the cell has before others tune it. */
async function suspectsAmong(cells: readonly Cell[], { dir, adapter }: KnownPlace): Promise<Cell[]> {
  const suspects: Cell[] = [];
  for (const cell of cells) {
    const folder = `${dir}/${cell.name}`;
    if (!(await holdsRun(folder))) continue;
    if (cell.tune || !(await isDescribedAs(folder, describeCell(cell, cell.config, adapter)))) suspects.push(cell);
  }
  return suspects;
}

async function otherThanTuned(cell: Cell, results: CellResults, place: KnownPlace): Promise<OtherRun | undefined> {
  const config = tunedConfig(cell, results);
  const other = await otherRun(cell, describeCell(cell, config, place.adapter), place);
  // A run that a record stands for is not trained.
  return other && (await knownCell(cell, config, place)) ? undefined : other;
}

async function otherThanUntuned(cell: Cell, place: KnownPlace): Promise<OtherRun | undefined> {
  const other = await otherRun(cell, describeCell(cell, cell.config, place.adapter), place);
  return other && { ...other, differs: other.differs.filter((key) => !isKnob(key)) };
}

/** Knobs are of these sections, and change neither steps nor updates. */
function isKnob(key: string): boolean {
  return /^(grpo|entropy)\./.test(key) && !/^grpo\.(steps|updatesPerRollout)$/.test(key);
}
