import type { ClosedLoopRun } from "./findings.js";
/** How well a run holds its target. Shares are of the target. */
export interface Settling {
    /** Mean entropy of the last fifth, and its distance from the target. */
    readonly entropy: number;
    readonly offset: number;
    /** Mean |entropy - target| over the last half, in nats. */
    readonly meanError: number;
    /** Mean alpha of the last fifth: what holding this entropy takes. */
    readonly alpha: number;
    /** First step at which the mean of five steps is within 5 % of the target. */
    readonly reached: number | undefined;
    /** How far entropy went past the target, coming from its start; 0 where it never did. */
    readonly overshoot: number;
}
export declare const TOLERANCE = 0.05;
/** The last fifth of a run, where it should have settled. */
export declare const lastFifth: (values: readonly number[]) => readonly number[];
export declare function settlingOf({ entropy, alpha }: Pick<ClosedLoopRun, "entropy" | "alpha">, target: number): Settling;
