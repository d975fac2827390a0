import type { ArmRun } from "./findings.js";
/** How far from its target a held entropy may be, as a share of it. */
export declare const HELD = 0.1;
/** How a run held its target over the last half of training. Shares are of the target; without a target they are NaN. */
export interface Holding {
    readonly entropy: number;
    readonly offset: number;
    /** Mean |entropy - target|, in nats. */
    readonly meanError: number;
    /** Standard deviation over the steps, in nats. */
    readonly deviation: number;
    /** Slope of a straight line through the steps, in nats per 100 of them. */
    readonly drift: number;
}
export declare function holdingOf({ entropy, target }: Pick<ArmRun, "entropy" | "target">): Holding;
export declare function runsOf(runs: readonly ArmRun[], arm: string): readonly ArmRun[];
/** The offset of each run of an arm. */
export declare function offsetsOf(runs: readonly ArmRun[], arm: string): number[];
/** How much more of a measure an arm has than the baseline, seed by seed. Both had the same prompts and the same start. */
export declare function pairedDifferences(runs: readonly ArmRun[], arm: string, baseline: string, of: (run: ArmRun) => number): number[];
