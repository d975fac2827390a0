import type { SavedControl } from "../control/index.js";
import { type Module } from "../nn/module.js";
import { type NamedArray } from "../nn/place.js";
/** What a run needs, beside its parameters and the optimiser's moments, to go on exactly as if it had never stopped. */
export interface TrainerState {
    readonly step: number;
    readonly tokens: number;
    readonly control: SavedControl;
    /** The record OPTIMIZER_STATE. */
    readonly optimizer: readonly number[];
}
/** A training state with the moments of the optimiser, by name. */
export interface SavedTrainer {
    readonly state: TrainerState;
    readonly moments: ReadonlyMap<string, NamedArray>;
}
/** The state that a checkpoint holds. @throws ConfigError with the first field that is missing, unknown or out of range */
export declare function parseTrainerState(state: unknown): TrainerState;
/** @throws ConfigError, EngineError where a saved state cannot be the one of a trainer of this module */
export declare function checkSavedTrainer({ state, moments }: SavedTrainer, module: Module): void;
