import type { ControlState, Measured, SavedControl } from "../../control/index.js";
import type { NamedArray } from "../../nn/place.js";
import { type UpdateResult } from "../../policy/update.js";
import { type Run } from "../run.js";
import { type Sample } from "./micro_batches.js";
/** Learns from samples. Each optimiser step of the policy holds a step of the controller. */
export interface Learner {
    /** Does all updates of a step on the same samples. `sampled` are the entropies that the sampler measured. */
    learn(samples: readonly Sample[], sampled: Measured, step: number): Promise<Learned>;
    /** Repeats the last step's first update, and returns what its first kernel did that wrote a number which is not finite. Nothing changes. */
    explainSkipped(place: string): Promise<string | undefined>;
    save(): Promise<LearnerState>;
    load(saved: Pick<LearnerState, "control" | "optimizer"> & {
        readonly moments: ReadonlyMap<string, NamedArray>;
    }): void;
    /** The dispatches of one update, one a line. */
    describe(): string;
    destroy(): void;
}
/** What a step of training did to the policy. */
export interface Learned {
    /** What each update reports; none where no token was left to learn from, and then nothing has changed. */
    readonly updates: readonly UpdateResult[];
    /** The controller's state after the last update. */
    readonly state: ControlState;
    /** Updates since the start of training that were skipped because numbers were not finite. */
    readonly skipped: number;
    /** The milliseconds that the updates took together. */
    readonly milliseconds: number;
}
/** The states of controller and optimiser, and the optimiser's moments by name. */
export interface LearnerState {
    readonly control: SavedControl;
    readonly optimizer: readonly number[];
    readonly moments: Map<string, {
        shape: number[];
        data: Float32Array;
    }>;
}
export declare function createLearner(run: Run): Promise<Learner>;
