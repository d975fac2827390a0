import { type Point } from "./statistics.js";
/** The mean of some values with its 95 % confidence interval (Student's t). The interval of one value has no width. */
export declare function meanInterval(values: readonly number[]): {
    mean: number;
    low: number;
    high: number;
};
/** The curves of several seeds as one. At each x that any curve has it shows the mean of those that have it, with its 95 % interval. */
export declare function bandOverSeeds(curves: readonly (readonly Point[])[]): Point[];
/** How two small samples differ: `a` less `b`. Where neither varies, t and effect are 0 or infinite, and p is 1 or 0. */
export interface Comparison {
    readonly difference: number;
    /** Welch's t (unequal variances), its degrees of freedom, and the two-sided probability that chance makes t as large. */
    readonly t: number;
    readonly degreesOfFreedom: number;
    readonly p: number;
    /** The 95 % interval of the difference by the percentile bootstrap, which draws each sample anew 10,000 times. */
    readonly low: number;
    readonly high: number;
    /** Hedges' g: the difference in pooled standard deviations, corrected for small samples. */
    readonly effect: number;
}
/** Compares two independent samples. @throws for fewer than two values in either */
export declare function compareSamples(a: readonly number[], b: readonly number[]): Comparison;
