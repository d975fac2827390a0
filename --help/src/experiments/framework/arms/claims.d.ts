import { type Weighed } from "../verdict.js";
import type { Claim } from "./judge.js";
/** Every seed must be within 10 % of the target. */
export declare function holdsTarget(arm: string): Claim;
export declare function heldByAll(offsets: readonly number[]): Weighed;
/** The mean over seeds must be within 10 %; single seeds may lie beyond. */
export declare function staysNear(arm: string): Claim;
export declare function leavesTarget(arm: string): Claim;
/** The arm is not significantly worse: the 95 % interval of the paired difference reaches 0. */
export declare function isNoWorse(arm: string, baseline: string): Claim;
/** The arm's mean distance must be smaller than that of the best other arm. */
export declare function isCloser(arm: string, others: readonly string[]): Claim;
export declare function isSteadier(arm: string, other: string): Claim;
export declare function driftsLess(arm: string, other: string): Claim;
/** The mean must lie nearer to the target, which is what an integral is for. */
export declare function isLessOff(arm: string, other: string): Claim;
