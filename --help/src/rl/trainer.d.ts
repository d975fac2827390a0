import type { Metrics } from "../report/metrics.js";
import type { Evaluation } from "./evaluation/evaluate.js";
import type { Fit } from "./memory/fit.js";
import { type Run } from "./run.js";
import type { RolloutEntry } from "./sampling/rollout.js";
import { type SavedTrainer, type TrainerState } from "./trainer_state.js";
/** What a run is made of. Its controller and loss are those of the configuration where none is given. */
export type TrainerOptions = Omit<Run, "controller" | "loss"> & Partial<Pick<Run, "controller" | "loss">>;
/** What one training step sampled, earned and measured. */
export interface StepResult {
    readonly metrics: Metrics;
    readonly entries: readonly RolloutEntry[];
    readonly rewards: readonly (number | null)[];
    readonly advantages: ArrayLike<number>;
}
/** Trains step by step; `GRPOTrainer` wraps one for programs. A call while another runs, or after `destroy`, is refused with EngineError. */
export interface Trainer {
    /** Steps done so far. */
    readonly step: number;
    /**
     * Does one step: rollout, rewards, advantages, update.
     * @throws SkippedStepsError when grpo.stopAfterSkipped steps in a row were skipped, because numbers were not finite
     */
    train(): Promise<StepResult>;
    evaluate(): Promise<Evaluation>;
    save(): Promise<{
        readonly state: TrainerState;
        readonly moments: Map<string, {
            shape: number[];
            data: Float32Array;
        }>;
    }>;
    /** Goes on from what `save` gave. @throws ConfigError, EngineError before anything changes, where that is not a state of this trainer */
    load(saved: SavedTrainer): void;
    /** The dispatches of one update, one a line. */
    describe(): string;
    destroy(): void;
}
/** GRPO (Shao et al. 2024, arXiv 2402.03300) with an entropy controller. `train` reads from top to bottom as one step of the method. */
export declare function createTrainer(options: TrainerOptions): Promise<Trainer>;
/**
 * Counts the bytes that a run needs and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export declare function planTraining(options: TrainerOptions): Promise<Fit>;
