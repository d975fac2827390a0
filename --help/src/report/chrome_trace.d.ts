/// <reference types="@webgpu/types" />
import { type Profile } from "./profile.js";
/** One event of Chrome's trace event format: "X" is a span of microseconds, "M" names a track. */
export interface TraceEvent {
    readonly name: string;
    readonly ph: "X" | "M";
    readonly pid: number;
    readonly tid: number;
    readonly ts?: number;
    readonly dur?: number;
    readonly args: Readonly<Record<string, unknown>>;
}
export interface ChromeTrace {
    readonly displayTimeUnit: "ms";
    readonly traceEvents: readonly TraceEvent[];
}
/** The profiled steps for chrome://tracing or ui.perfetto.dev: what the host did, and every dispatch on the GPU. */
export declare function chromeTrace({ adapter, clock, steps }: Profile): ChromeTrace;
