import type { Digests } from "../io/digest.js";
import { type CheckpointPlace } from "../io/run_folder.js";
import { type SavedTrainer } from "../rl/trainer_state.js";
import type { ModelBuilder } from "./load_model.js";
/** A checkpoint of a run that is whole, and what is needed to go on from it beside its model. */
export interface ResumePoint extends CheckpointPlace {
    readonly saved: SavedTrainer;
    /** What the logs of the run held, where the checkpoint says so. */
    readonly logs: Digests | undefined;
}
/** The newest whole checkpoint of a run, and a line for each newer one that cannot be used. */
export interface FoundCheckpoint {
    readonly point: ResumePoint | undefined;
    readonly refused: readonly string[];
}
/** Finds where a run can go on: the newest checkpoint whose files, state and tensors are all in order. Writes nothing. */
export declare function findResumePoint(dir: string, build?: ModelBuilder): Promise<FoundCheckpoint>;
