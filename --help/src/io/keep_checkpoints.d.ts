import { type MetricsRecord } from "./run_folder.js";
/** Which checkpoints of a run stay. The newest always does. */
export interface KeepRule {
    /** How many of the newest; null: all. */
    readonly keepLast: number | null;
    /** Whether the best one stays beside them. */
    readonly keepBest: boolean;
}
/** Removes the checkpoints that the rule does not keep. Call it once the newest one is on the disk. */
export declare function removeOldCheckpoints(dir: string, { keepLast, keepBest }: KeepRule): Promise<void>;
/** The step whose evaluation had the highest pass@1; where none of the steps was evaluated, that of the highest mean reward. */
export declare function bestStep(metrics: readonly MetricsRecord[], steps: readonly number[]): number | undefined;
