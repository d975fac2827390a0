import type { GainsRun, PlantFindings } from "./findings.js";
/** How a loop answered. Shares are of the target. */
export interface Response {
    /** First step at which the mean of five steps is within 10 % of the target. */
    readonly reached: number | undefined;
    /** How far the mean of five steps went past the target, coming from the start. */
    readonly overshoot: number;
    /** Distance of the mean over the last third from the target. */
    readonly offset: number;
    /** Standard deviation over the last third around a straight line (drift is no oscillation), in nats. */
    readonly deviation: number;
    /** Share of neighbouring steps in the last half that change alpha's sign by more than half of its limit. */
    readonly swings: number;
}
/** Alpha counts as swinging where it changes sides in at least this share of steps, entropy where it varies this many times as without control. */
export declare const MOST_SWINGS = 0.25;
export declare const MOST_DEVIATION = 2;
export declare function responseOf({ entropy, alpha }: GainsRun, target: number, limit: number): Response;
/** The part of a loop that may swing: its output alpha, or the entropy that it is to hold. */
export type Swinging = "alpha" | "entropy";
export declare function swings(what: Swinging, run: GainsRun, plant: Pick<PlantFindings, "target" | "free">, limit: number): boolean;
/** P alone is stable while b Kp < 2; the integral takes a little of that: b (2 Kp - Ki) < 4 (docs/method.md). Infinite without a lever. */
export declare function predictedBoundary(authority: number, kiRatio: number): number;
/** The kp at which noise alone moves alpha by half its limit from step to step: sqrt(2) s kp = limit / 2, with s the standard deviation of one step's entropy. */
export declare function noiseBoundary({ free, target }: Pick<PlantFindings, "free" | "target">, limit: number): number;
/** The largest gain of the grid (kp alone) below the first that swings. It is undefined where the smallest swings, infinite where none does. */
export declare function measuredBoundary(what: Swinging, plant: PlantFindings, limit: number): number | undefined;
/** Mean distance from the target over the last third, in nats: what a gain is judged by. */
export declare function meanErrorOf({ entropy }: GainsRun, target: number): number;
