import type { Metrics } from "../../report/metrics.js";
import type { TrainConfig } from "../../rl/config/index.js";
import type { Cell, CellResult } from "./cell.js";
import { type StartOptions } from "./start.js";
export interface CellOptions extends StartOptions {
    readonly onMetrics?: (metrics: Metrics) => void;
}
/** What an earlier session measured in this cell on this adapter; undefined where it has not run, lacks a step, or had other settings. */
export declare function completedCell(cell: Cell, config: TrainConfig, { dir, host }: CellOptions): Promise<CellResult | undefined>;
/**
 * Trains a cell from its start to its last step and writes its run folder: config.yaml, and metrics.jsonl with an evaluation before
 * (step 0), after, and in between where `eval.every` asks for it. Rejects with the signal's reason between two steps.
 */
export declare function runCell(cell: Cell, config: TrainConfig, options: CellOptions): Promise<CellResult>;
