import { type OpenLoopRun } from "../../framework/authority.js";
import type { CellResults } from "../../framework/cell.js";
import { type Loop, type Regime } from "./cells.js";
import type { ToySettings } from "./settings.js";
export interface FixedAlphaRun extends OpenLoopRun {
    readonly seed: number;
    /** Entropy of each step's rollout, before its update. */
    readonly entropy: readonly number[];
}
/** A run of many steps with or without control. Lists have one entry for each step. */
export interface ClosedLoopRun {
    readonly seed: number;
    readonly regime: Regime;
    readonly loop: Loop;
    readonly target?: number;
    readonly entropy: readonly number[];
    readonly alpha: readonly number[];
    readonly reward: readonly number[];
    /** Shares over the last fifth: groups with equal rewards, tokens that alpha weighs, steps with alpha at its limit. */
    readonly equalGroups: number;
    readonly gated: number;
    readonly saturated: number;
}
/** What summary.json keeps of the runs. */
export interface ToyFindings {
    readonly gains: {
        readonly authority: number;
        readonly drift: number;
        readonly kp: number;
        readonly ki: number;
    };
    /** Authority and drift per seed. */
    readonly plants: readonly {
        readonly seed: number;
        readonly authority: number;
        readonly drift: number;
    }[];
    readonly oneStep: readonly FixedAlphaRun[];
    readonly openLoop: readonly FixedAlphaRun[];
    readonly closedLoop: readonly ClosedLoopRun[];
}
export declare function toyFindings(settings: ToySettings, results: CellResults): ToyFindings;
