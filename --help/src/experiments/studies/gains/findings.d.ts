import type { CellResults } from "../../framework/cell.js";
import { type GainsSettings, type Plant } from "./settings.js";
/** A controlled run. Lists have one entry for each step. */
export interface GainsRun {
    readonly kp: number;
    readonly ki: number;
    readonly entropy: readonly number[];
    readonly alpha: readonly number[];
}
/** Everything measured of one size under one gate with one seed. */
export interface PlantFindings extends Plant {
    /** Entropy of the start, and the target, in nats. */
    readonly start: number;
    readonly target: number;
    /** The fall of entropy in a step that alpha 1 adds, and the change of entropy in a step at alpha 0. */
    readonly authority: number;
    readonly drift: number;
    readonly free: GainsRun;
    readonly grid: readonly GainsRun[];
    /** The run with automatic gains; kp and ki are those that it found. */
    readonly automatic: GainsRun & {
        readonly authority: number;
    };
}
export interface GainsFindings {
    readonly plants: readonly PlantFindings[];
}
export declare function gainsFindings(settings: GainsSettings, results: CellResults): GainsFindings;
