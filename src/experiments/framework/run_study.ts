import type { Metrics } from "../../report/metrics.ts";
import type { TrainConfig } from "../../rl/config/index.ts";
import { type Cell, type CellResult, type CellResults, workOf } from "./cell.ts";
import type { Host } from "./host.ts";
import type { Progress } from "./progress.ts";
import { type KnownPlace, knownCell } from "./records.ts";
import { type CellOptions, runCell } from "./run_cell.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import type { PreparedStudy } from "./study.ts";

/** What is told of a cell while it runs, and what may stop it. */
export interface CellWatch {
  readonly onMetrics: (metrics: Metrics) => void;
  readonly onStep: (step: number, steps: number) => void;
  readonly signal: AbortSignal;
}

/** Runs one cell at a time in the study's folder: here, or in a process of its own. */
export type CellWorker = (cell: Cell, config: TrainConfig, watch: CellWatch) => Promise<CellResult>;

/** Runs cells in this process. With `overwrite` they replace runs with other settings. */
export function workerHere(host: Host, dir: string, { overwrite }: Pick<CellOptions, "overwrite"> = {}): CellWorker {
  return (cell, config, watch) => runCell(cell, config, { host, dir, overwrite, ...watch });
}

export interface StudyRunOptions extends KnownPlace {
  /** So many cells run at once. */
  readonly workers: readonly CellWorker[];
  readonly progress: Progress;
  /** Keeps a cell that was run here as soon as it is complete. The study waits for that before it takes the next. */
  readonly keep?: (cell: Cell, result: CellResult) => Promise<void>;
  /** Stops the study between two steps. The same command then goes on with the cells that were cut short. */
  readonly signal?: AbortSignal;
}

export interface StudyRun {
  readonly results: CellResults;
  readonly run: number;
  readonly skipped: number;
  /** Seconds spent in all cells, with those of earlier sessions. */
  readonly seconds: number;
}

/** Runs a study's cells. Each worker takes the first cell in their order whose needs are met. A cell that is complete already is not run again. */
export async function runCells({ cells }: Pick<PreparedStudy, "cells">, options: StudyRunOptions): Promise<StudyRun> {
  const stop = new AbortController();
  const stopAll = (): void => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) stopAll();
  options.signal?.addEventListener("abort", stopAll);
  const schedule = createSchedule(cells);
  const skipped = new Set<string>();
  const work = { ...options, signal: stop.signal, skipped };
  try {
    const served = options.workers.map((worker) =>
      serve(schedule, worker, work).catch((error: unknown) => {
        // The other cells are saved before the study ends.
        stop.abort(error);
        schedule.close();
        throw error;
      }),
    );
    const failed = (await Promise.allSettled(served)).find((one) => one.status === "rejected");
    if (failed) throw stop.signal.reason ?? failed.reason;
  } finally {
    options.signal?.removeEventListener("abort", stopAll);
  }
  const results = schedule.results();
  const seconds = [...results.values()].reduce((sum, result) => sum + result.seconds, 0);
  return { results, skipped: skipped.size, run: results.size - skipped.size, seconds };
}

interface Serving extends StudyRunOptions {
  readonly signal: AbortSignal;
  readonly skipped: Set<string>;
}

async function serve(schedule: Schedule, worker: CellWorker, serving: Serving): Promise<void> {
  for (let cell = await schedule.take(); cell; cell = await schedule.take()) {
    schedule.complete(cell, await resultOf(schedule, cell, worker, serving));
  }
}

async function resultOf(schedule: Schedule, cell: Cell, worker: CellWorker, serving: Serving): Promise<CellResult> {
  const { progress, signal, skipped, keep } = serving;
  const config = tunedConfig(cell, schedule.results());
  const known = await knownCell(cell, config, serving);
  if (known) {
    skipped.add(cell.name);
    progress.skip(cell.name, workOf(cell));
    return known;
  }
  const view = progress.begin(cell.name, config.grpo.steps, workOf(cell));
  const onMetrics = (metrics: Metrics): void => {
    schedule.startIsMade(cell);
    view.step(metrics);
  };
  const result = await worker(cell, config, { signal, onMetrics, onStep: view.warmUp });
  view.end();
  await keep?.(cell, result);
  return result;
}

/** A cell's configuration with what earlier cells found out. */
export function tunedConfig(cell: Cell, results: CellResults): TrainConfig {
  return cell.tune?.(cell.config, results) ?? cell.config;
}
