import type { GpuContext } from "./context.js";
import { type Trial } from "./trial.js";
import { type TuningStore } from "./tuning_record.js";
/** A question about an adapter: which of several ways to compute the same thing is to be used. */
export interface TuneRequest {
    /** Names the question: requests with the same key share an answer. */
    readonly key: string;
    /** The best guess comes first. A candidate is checked before it is used; where tuning is on, candidates are also timed. */
    readonly candidates: readonly Candidate[];
}
export interface Candidate {
    readonly name: string;
    /** The library's kernels that the candidate launches. When their text changes, stored results about them no longer count. */
    readonly kernels: readonly string[];
    /** Names the check: candidates of several requests may share one. */
    readonly checkKey: string;
    /** A small problem whose answer is known. */
    readonly check: () => Trial;
    /** The problem that is timed. */
    readonly trial: () => Trial;
}
export interface TuningOptions {
    readonly store?: TuningStore | undefined;
    /** Whether candidates are timed. "auto" times them on hardware only, "force" even where a choice is known. */
    readonly mode?: "off" | "on" | "auto" | "force" | undefined;
}
/** What is known of an adapter: which kernels are right on it, and which are fastest. */
export interface Tuning {
    /** Whether candidates are timed. */
    readonly measures: boolean;
    /** Answers the requests that have no answer yet, by trials on the device. */
    settle(requests: readonly TuneRequest[]): Promise<void>;
    /** The candidate to use. Undefined where none is right or the key was never asked: the caller then takes its plain way. */
    choice(key: string): string | undefined;
}
export declare function createTuning(device: GpuContext, options: TuningOptions): Tuning;
