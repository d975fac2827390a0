import { type CellResult, type CellResults, workOf } from "./cell.ts";
import type { Host } from "./host.ts";
import type { Progress } from "./progress.ts";
import { completedCell, runCell } from "./run_cell.ts";
import type { PreparedStudy } from "./study.ts";

export interface StudyRunOptions {
  readonly host: Host;
  /** Holds a run folder per cell; cells that are complete there are not run again. */
  readonly dir: string;
  readonly progress: Progress;
  /** Stops the study between two steps. The same command then goes on with the cell that was cut short. */
  readonly signal?: AbortSignal;
}

export interface StudyRun {
  readonly results: CellResults;
  readonly run: number;
  readonly skipped: number;
  /** Seconds spent in all cells, with those of earlier sessions. */
  readonly seconds: number;
}

/** Runs a study's cells one after the other, in their order, so that a cell may build on what earlier ones measured. */
export async function runCells(study: PreparedStudy, { host, dir, progress, signal }: StudyRunOptions): Promise<StudyRun> {
  const results = new Map<string, CellResult>();
  let skipped = 0;
  for (const cell of study.cells) {
    const config = cell.tune?.(cell.config, results) ?? cell.config;
    const options = { host, dir, signal, onMetrics: progress.step, onStep: progress.warmUp };
    const known = await completedCell(cell, config, options);
    if (known) {
      results.set(cell.name, known);
      skipped += 1;
      progress.skip(cell.name, workOf(cell));
      continue;
    }
    progress.begin(cell.name, config.grpo.steps, workOf(cell));
    results.set(cell.name, await runCell(cell, config, options));
    progress.end();
  }
  const seconds = [...results.values()].reduce((sum, result) => sum + result.seconds, 0);
  return { results, skipped, run: results.size - skipped, seconds };
}
