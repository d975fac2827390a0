import { type Cell, type CellResult, type CellResults, workOf } from "../experiments/framework/cell.ts";
import { adaptersIn, completeCells } from "../experiments/framework/partial.ts";
import { createProgress } from "../experiments/framework/progress.ts";
import { type CellWorker, runCells, workerHere } from "../experiments/framework/run_study.ts";
import type { PreparedStudy, Study, Summary } from "../experiments/framework/study.ts";
import { chooseAdapter } from "../node/adapters.ts";
import { withRunLock } from "../node/run_lock.ts";
import { sourceVersion } from "../node/source_version.ts";
import { studyHost } from "../node/study_host.ts";
import { brief, listed } from "../options/quote.ts";
import { InterruptedError, UsageError } from "./errors.ts";
import { watchInterrupt } from "./interrupt.ts";
import { PROGRAM } from "./options.ts";
import { openJobs } from "./study_jobs.ts";
import type { StudyOrder } from "./study_messages.ts";
import { requirePartial, type StudyPlan, type StudyWish } from "./study_plan.ts";
import { openRecords } from "./study_records.ts";
import { openNamedDevice } from "./user_input.ts";

/** Runs a study's cells, or those that were chosen, and makes a summary of all that are complete then. */
export async function runStudy({ study, order, jobs, prepared, cells, records }: StudyPlan): Promise<Summary> {
  const { dir, quick } = order;
  // The commit is read before anything runs, because the sources may change meanwhile.
  const started = origin();
  const team = await openTeam(jobs, order);
  const stop = new AbortController();
  // The study stops between two steps.
  const interrupt = watchInterrupt((signal) =>
    stop.abort(new InterruptedError("stopped; start the same command again to go on with the run that was cut short", signal)),
  );
  const progress = createProgress({
    title: `${study.name}${quick ? " (quick)" : ""} on ${team.adapter}, ${cells.length} runs in ${dir}`,
    cells: cells.length,
    work: cells.reduce((sum, cell) => sum + workOf(cell), 0),
    stream: process.stdout,
  });
  // A session may end long before its last cell, and the records are what another machine goes on from.
  const keep = (cell: Cell, result: CellResult): Promise<void> => records.add(new Map([[cell.name, result]]), team.adapter);
  try {
    // One lock serves all runs of a study, because they share its warm starts.
    const { run } = await withRunLock(dir, () =>
      runCells({ cells }, { ...team, dir, records: records.known, progress, keep, signal: stop.signal }),
    );
    const found = await completeCells(prepared.cells, { dir, adapter: team.adapter, records: records.known });
    await records.add(found.results, team.adapter);
    return summaryOf(study, prepared, { ...found, quick, started, adapter: team.adapter, run });
  } finally {
    interrupt.release();
    progress.done();
    team.close();
  }
}

/** What a partial report is asked of. */
export interface PartialWish extends Pick<StudyWish, "order" | "records"> {
  /** The adapter that it is to be of, as the option --adapter names it; undefined: the one with the most runs. */
  readonly wanted: string | undefined;
}

/** Makes a summary of the cells that are complete so far, and trains nothing. */
export async function summarizeSoFar(study: Study, { order, wanted, records: path }: PartialWish): Promise<Summary> {
  const { dir } = order;
  const prepared = study.prepare(order.settings, order);
  requirePartial(study, prepared);
  const records = await openRecords(study, prepared, path);
  const adapters = await adaptersIn(dir, prepared.cells, records.known);
  const adapter = wanted === undefined ? adapters[0] : await adapterNamed(wanted, adapters);
  if (adapter === undefined && adapters.length > 0) {
    const ran = `names no adapter of the runs of the study ${study.name} in ${brief(dir)}`;
    throw new UsageError(`--adapter ${brief(wanted!)} ${ran}: they are of ${listed(adapters)}; name one of these, or leave it out`);
  }
  const found = adapter === undefined ? undefined : await completeCells(prepared.cells, { dir, adapter, records: records.known });
  if (adapter === undefined || found === undefined || found.results.size === 0) {
    const where = `${wanted === undefined || adapter === undefined ? "" : ` on ${adapter}`} in ${brief(dir)}`;
    throw new UsageError(`no run of the study ${study.name} with these settings is complete${where}; give --runs, or run it`);
  }
  await records.add(found.results, adapter);
  return summaryOf(study, prepared, { ...found, quick: order.quick, started: origin(), adapter, run: 0 });
}

/** Of the adapters of runs, the one that --adapter names: by a part of its name, or as the one that it takes on this machine. */
async function adapterNamed(wanted: string, adapters: readonly string[]): Promise<string | undefined> {
  const word = wanted.trim().toLowerCase();
  if (word === "auto" || word === "") return adapters[0];
  const named = adapters.find((name) => name.toLowerCase().includes(word));
  if (named !== undefined) return named;
  const here = await chooseAdapter(wanted).catch(() => undefined);
  return adapters.find((name) => name === here?.name);
}

interface Found {
  readonly results: CellResults;
  readonly missing: readonly string[];
  readonly quick: boolean;
  readonly started: Pick<Summary["provenance"], "command" | "commit" | "date">;
  readonly adapter: string;
  /** Cells that this session ran. */
  readonly run: number;
}

function summaryOf(study: Study, prepared: PreparedStudy, { results, missing, quick, started, adapter, run }: Found): Summary {
  const seconds = [...results.values()].reduce((sum, result) => sum + result.seconds, 0);
  const cells = { run, skipped: results.size - run, ...(missing.length > 0 && { missing }) };
  const trainedBy = versionsOf([...results.values()]);
  return {
    study: study.name,
    version: study.version,
    quick,
    provenance: { ...started, ...(trainedBy && { trainedBy }), adapter, seconds: Math.round(seconds), cells },
    settings: prepared.settings,
    findings: prepared.findings(results),
  };
}

/** How many trainings each version of the sources had a part in; undefined where none is known. */
function versionsOf(results: readonly CellResult[]): Record<string, number> | undefined {
  const counts: Record<string, number> = {};
  for (const { versions = [] } of results) for (const version of versions) counts[version] = (counts[version] ?? 0) + 1;
  return Object.keys(counts).length > 0 ? counts : undefined;
}

interface Team {
  readonly workers: readonly CellWorker[];
  readonly adapter: string;
  readonly close: () => void;
}

/** One cell at a time runs here; several run in processes of their own. */
async function openTeam(jobs: number, order: StudyOrder): Promise<Team> {
  if (jobs > 1) return openJobs(jobs, order);
  const device = await openNamedDevice({ adapter: order.adapter });
  return { workers: [workerHere(studyHost(device), order.dir, order)], adapter: device.name, close: () => device.destroy() };
}

function origin(): Found["started"] {
  const words = process.argv.slice(2).map((word) => (/^[\w./:=,-]+$/.test(word) ? word : `'${word}'`));
  return { command: `${PROGRAM} ${words.join(" ")}`, commit: sourceVersion(), date: new Date().toISOString().slice(0, 10) };
}
