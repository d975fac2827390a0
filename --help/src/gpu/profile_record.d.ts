/// <reference types="@webgpu/types" />
import type { Launch, Observer, Run } from "./context.js";
/** One dispatch as it ran. Times are milliseconds of `performance.now`. */
export interface ProfiledDispatch {
    readonly kernel: string;
    readonly label: string;
    /** The part of the model that traced the dispatch, such as "layers.3"; empty outside any part. */
    readonly scope: string;
    readonly parameters: Readonly<Record<string, number>>;
    /** Bytes that the bound windows hold; a window that is bound twice counts once. */
    readonly bytes: number;
    start: number;
    duration: number;
}
/** One submission: when the host encoded it, when its work was known to be done, and its dispatches where they were timed. */
export interface ProfiledSubmission {
    readonly label: string;
    readonly encodeStart: number;
    readonly encodeEnd: number;
    readonly done: number;
    readonly dispatchCount: number;
    readonly dispatches: readonly ProfiledDispatch[];
}
/** An observer that writes down what it sees. */
export interface Timer {
    readonly observer: Observer;
    /** Returns everything since the last call, once the GPU is done with it. */
    take(): Promise<ProfiledSubmission[]>;
    destroy(): void;
}
/** Bytes of a window that a run uses; 0 where the contents are unknown. */
export declare function liveBytes(launch: Launch, binding: number, run: Run): number;
/** Describes a dispatch before it runs, without times. */
export declare function describeDispatch(launch: Launch, run: Run): ProfiledDispatch;
