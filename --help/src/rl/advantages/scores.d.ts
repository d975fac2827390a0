import type { Score } from "./contract.js";
export { mean as average } from "../../report/statistics.js";
/** Added to every standard deviation that divides. */
export declare const EPSILON = 0.000001;
/** A reward of 1 or more means a right answer, in advantages and in evaluations. */
export declare function isRight(reward: Score): boolean;
export declare function isScored(reward: Score): reward is number;
/** Splits rewards [P * G] into their P groups. Throws when they do not divide into groups. */
export declare function groupsOf(rewards: readonly Score[], groupSize: number): Score[][];
/** Advantages group by group. `rule` turns a group's scored rewards into a function from reward to advantage. Equal rewards get 0. */
export declare function compareWithinGroups({ rewards, groupSize }: {
    readonly rewards: readonly Score[];
    readonly groupSize: number;
}, rule: (scored: readonly number[]) => (reward: number) => number): Float64Array;
/** Applies `rule` to every scored reward; an unscored one gets 0. */
export declare function eachScored(rewards: readonly Score[], rule: (reward: number) => number): number[];
/** Whether all values are equal, as fewer than two always are. */
export declare function isConstant(values: readonly number[]): boolean;
/** The unbiased standard deviation; 0 for fewer than two values. */
export declare function standardDeviation(values: readonly number[]): number;
