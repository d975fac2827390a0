import type { Cell } from "../experiments/framework/cell.ts";
import { differingText, KEEP_OR_REPLACE } from "../experiments/framework/other_run.ts";
import { chosenCells } from "../experiments/framework/partial.ts";
import type { KnownPlace } from "../experiments/framework/records.ts";
import { replacedRuns } from "../experiments/framework/replaced_runs.ts";
import type { PreparedStudy, Study } from "../experiments/framework/study.ts";
import { chooseAdapter } from "../node/adapters.ts";
import { checkEnvironment } from "../node/environment.ts";
import { brief } from "../options/quote.ts";
import { UsageError } from "./errors.ts";
import type { StudyOrder } from "./study_messages.ts";
import { type OpenRecords, openRecords } from "./study_records.ts";

/** How a study is to be run: the order, how many cells at once, and which. */
export interface StudyWish {
  readonly order: StudyOrder;
  readonly jobs: number;
  /** Words that choose cells; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** A file of records, which count as complete, and to which complete cells are added. */
  readonly records: string | undefined;
}

/** A study that can be run. */
export interface StudyPlan {
  readonly study: Study;
  readonly order: StudyOrder;
  readonly jobs: number;
  readonly prepared: PreparedStudy;
  /** What of it is to be run. */
  readonly cells: readonly Cell[];
  readonly records: OpenRecords;
}

/** Checks all that can be wrong with a study, and runs nothing. */
export async function planStudy(study: Study, { order, jobs, only, records: path }: StudyWish): Promise<StudyPlan> {
  const prepared = study.prepare(order.settings, order);
  const cells = only ? cellsNamed(study, prepared, only) : prepared.cells;
  const records = await openRecords(study, prepared, path);
  if (!order.overwrite) {
    checkEnvironment();
    const { name: adapter } = await chooseAdapter(order.adapter);
    await refuseReplacing(cells, { dir: order.dir, adapter, records: records.known });
  }
  return { study, order, jobs, prepared, cells, records };
}

/** Days of work would be lost by a mistyped option. */
async function refuseReplacing(cells: readonly Cell[], place: KnownPlace): Promise<void> {
  const runs = await replacedRuns(cells, place);
  if (runs.length === 0) return;
  const what = `${runs.length} ${runs.length === 1 ? "run in" : "runs in"} ${brief(place.dir, 80)}`;
  const has = `${runs.length === 1 ? "has" : "have"} other settings${differingText(runs)} and would be replaced`;
  const names = brief(runs.map(({ name }) => name).join(", "), 120);
  throw new UsageError(`${what} ${has}: ${names}; ${KEEP_OR_REPLACE}`);
}

function cellsNamed(study: Study, prepared: PreparedStudy, words: readonly string[]): readonly Cell[] {
  requirePartial(study, prepared);
  const cells = chosenCells(prepared.cells, words);
  if (cells) return cells;
  const parts = [...new Set(prepared.cells.flatMap(({ name }) => name.split("/")))];
  throw new UsageError(`--only ${brief(words.join(" "))} chooses no run; parts of their names are ${brief(parts.join(", "), 240)}`);
}

/** @throws UsageError for a study that cannot report on a part of its runs */
export function requirePartial({ name }: Study, { isPartial }: PreparedStudy): void {
  if (!isPartial) throw new UsageError(`the study ${name} has a report of all its runs alone; leave out --partial and --only`);
}
