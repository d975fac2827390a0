import type { Device } from "../src/gpu/device.js";
import type { ops } from "../src/ops/index.js";
import { type Ceilings } from "./ceilings.js";
import { type Clock, type ClockName } from "./clock.js";
import { type Sample, type Spread } from "./sampling.js";
/** Something that is timed: prepared once, checked once, then run again and again. */
export interface BenchCase {
    /** The op, or the path (such as "decode", of many ops), and what else tells cases apart. */
    readonly name: string;
    readonly shape: string;
    /** The op that it measures; absent for a path. */
    readonly op?: keyof typeof ops;
    /** Floating point operations of one run. */
    readonly flops: number;
    /** Bytes that one run must at least move. */
    readonly bytes: number;
    prepare(context: BenchContext): Promise<PreparedCase>;
}
export interface BenchContext {
    readonly device: Device;
    readonly clock: Clock;
}
export interface PreparedCase {
    /** Warms up, then runs once and returns the largest error relative to the largest expected value. Throws on any other fault. */
    check(): Promise<number>;
    /** The largest error that is let through. */
    readonly tolerance: number;
    /** Times one run. */
    time(): Promise<Sample>;
    /** Throws if the results have changed while they were timed. */
    recheck?(): Promise<void>;
    destroy(): void;
}
export interface BenchResult {
    readonly name: string;
    readonly shape: string;
    readonly clock: ClockName;
    readonly samples: number;
    /** Times of one run. */
    readonly milliseconds: Spread;
    /** Software adapters only: processor time of one run over the number of cores, as if no other process had run. */
    readonly uncontendedMilliseconds?: Spread;
    /** By the median of `milliseconds`. */
    readonly gflops: number;
    readonly gigabytesPerSecond: number;
    readonly tokensPerSecond?: number;
    /** The time that the ceilings allow over the time taken, which is the uncontended one if there is one. */
    readonly fractionOfCeiling: number;
    readonly maxRelativeError: number;
    /** Paths only: the times of their parts, and the parts' shares of the time. */
    readonly details?: Readonly<Record<string, number>>;
}
/** A case that is not in the results: it was wrong, or it did not run. */
export interface BenchFailure {
    readonly name: string;
    readonly shape: string;
    readonly reason: string;
}
export interface BenchReport {
    readonly adapter: string;
    readonly driver?: string;
    readonly date: string;
    /** The clock of the ops. Paths end on the host and are timed by it. */
    readonly clock: ClockName;
    readonly ceilings: Ceilings;
    readonly results: readonly BenchResult[];
    readonly failures: readonly BenchFailure[];
}
export interface RunOptions {
    /** How long to time a case. */
    readonly seconds: number;
    readonly start?: (clock: ClockName, ceilings: Ceilings) => void;
    readonly result?: (result: BenchResult) => void;
    readonly failure?: (failure: BenchFailure) => void;
}
/** Prepares, checks and times one case after the other. A case that fails is left out and reported as a failure. */
export declare function runCases(device: Device, cases: readonly BenchCase[], options: RunOptions): Promise<BenchReport>;
/** @throws Error when the case's result is wrong: such a case is not worth timing */
export declare function runCase(context: BenchContext, one: BenchCase, ceilings: Ceilings, seconds: number): Promise<BenchResult>;
