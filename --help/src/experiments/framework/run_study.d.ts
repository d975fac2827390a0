import { type CellResults } from "./cell.js";
import type { Host } from "./host.js";
import type { Progress } from "./progress.js";
import type { PreparedStudy } from "./study.js";
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
export declare function runCells(study: PreparedStudy, { host, dir, progress, signal }: StudyRunOptions): Promise<StudyRun>;
