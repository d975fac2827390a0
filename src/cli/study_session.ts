import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CellResults, workOf } from "../experiments/framework/cell.ts";
import { adapterIn, chosenCells, completeCells } from "../experiments/framework/partial.ts";
import { createProgress } from "../experiments/framework/progress.ts";
import { type CellRecord, readRecords, recordsOf, writeRecords } from "../experiments/framework/records.ts";
import { type CellWorker, runCells, workerHere } from "../experiments/framework/run_study.ts";
import type { PreparedStudy, Study, Summary } from "../experiments/framework/study.ts";
import { openDevice } from "../node/open_device.ts";
import { withRunLock } from "../node/run_lock.ts";
import { studyHost } from "../node/study_host.ts";
import { brief } from "../options/quote.ts";
import { InterruptedError, UsageError } from "./errors.ts";
import { watchInterrupt } from "./interrupt.ts";
import { PROGRAM } from "./options.ts";
import { openJobs } from "./study_jobs.ts";
import type { StudyOrder } from "./study_messages.ts";

/** How a study is run: the order, how many cells at once, and which. */
export interface SessionPlan {
  readonly order: StudyOrder;
  readonly jobs: number;
  /** Words that choose cells; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** A file of records, which count as complete, and to which complete cells are added. */
  readonly records: string | undefined;
}

/** Runs a study's cells, or those that were chosen, and makes a summary of all that are complete then. */
export async function runStudy(study: Study, { order, jobs, only, ...plan }: SessionPlan): Promise<Summary> {
  const { dir, quick } = order;
  const prepared = study.prepare(order.settings, order);
  const records = await openRecords(study, prepared, plan.records);
  const cells = only ? cellsNamed(study, prepared, only) : prepared.cells;
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
  try {
    // One lock serves all runs of a study, because they share its warm starts.
    const { run } = await withRunLock(dir, () =>
      runCells({ cells }, { ...team, dir, records: records.known, progress, signal: stop.signal }),
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

/** Makes a summary of the cells that are complete so far, and trains nothing. */
export async function summarizeSoFar(study: Study, { order, ...plan }: Pick<SessionPlan, "order" | "records">): Promise<Summary> {
  const { dir } = order;
  const prepared = study.prepare(order.settings, order);
  requirePartial(study, prepared);
  const records = await openRecords(study, prepared, plan.records);
  const adapter = await adapterIn(dir, prepared.cells, records.known);
  const found = adapter !== undefined ? await completeCells(prepared.cells, { dir, adapter, records: records.known }) : undefined;
  if (adapter === undefined || found === undefined || found.results.size === 0) {
    throw new UsageError(
      `no run of the study ${study.name} with these settings is complete in ${brief(order.dir)}; give --runs, or run it`,
    );
  }
  await records.add(found.results, adapter);
  return summaryOf(study, prepared, { ...found, quick: order.quick, started: origin(), adapter, run: 0 });
}

interface OpenRecords {
  readonly known: readonly CellRecord[];
  /** Adds the cells that have no record yet. */
  readonly add: (results: CellResults, adapter: string) => Promise<void>;
}

async function openRecords({ name }: Study, { cells, reduced }: PreparedStudy, path: string | undefined): Promise<OpenRecords> {
  if (path === undefined) return { known: [], add: async () => undefined };
  if (!reduced) throw new UsageError(`the study ${name} reads whole trainings and has no records of them; leave out --records`);
  const known = await readRecords(path);
  return { known, add: (results, adapter) => writeRecords(path, known, recordsOf(cells, results, { adapter, reduced })) };
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
  return {
    study: study.name,
    version: study.version,
    quick,
    provenance: { ...started, adapter, seconds: Math.round(seconds), cells },
    settings: prepared.settings,
    findings: prepared.findings(results),
  };
}

function cellsNamed(study: Study, prepared: PreparedStudy, words: readonly string[]): PreparedStudy["cells"] {
  requirePartial(study, prepared);
  const cells = chosenCells(prepared.cells, words);
  if (cells) return cells;
  const parts = [...new Set(prepared.cells.flatMap(({ name }) => name.split("/")))];
  throw new UsageError(`--only ${brief(words.join(" "))} chooses no run; parts of their names are ${brief(parts.join(", "), 240)}`);
}

function requirePartial({ name }: Study, { isPartial }: PreparedStudy): void {
  if (!isPartial) throw new UsageError(`the study ${name} has a report of all its runs alone; leave out --partial and --only`);
}

interface Team {
  readonly workers: readonly CellWorker[];
  readonly adapter: string;
  readonly close: () => void;
}

/** One cell at a time runs here; several run in processes of their own. */
async function openTeam(jobs: number, order: StudyOrder): Promise<Team> {
  if (jobs > 1) return openJobs(jobs, order);
  const device = await openDevice({ adapter: order.adapter });
  return { workers: [workerHere(studyHost(device), order.dir)], adapter: device.name, close: () => device.destroy() };
}

function origin(): Found["started"] {
  const words = process.argv.slice(2).map((word) => (/^[\w./:=,-]+$/.test(word) ? word : `'${word}'`));
  return { command: `${PROGRAM} ${words.join(" ")}`, commit: commit(), date: new Date().toISOString().slice(0, 10) };
}

/** The commit of the sources, with a + where they have changed since; unknown outside a repository. */
function commit(): string {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "shaders", "models", "configs") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
  } catch {
    return "unknown";
  }
}
