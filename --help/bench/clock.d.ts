/// <reference types="@webgpu/types" />
import type { Recording } from "../src/gpu/context.js";
import type { Device } from "../src/gpu/device.js";
import { type Sample } from "./sampling.js";
export type ClockName = "gpu timestamps" | "host";
/** Measures how long the GPU takes for dispatches. */
export interface Clock {
    readonly name: ClockName;
    /** Submits dispatches and waits for their end. */
    time(label: string, encode: (recording: Recording) => void): Promise<Sample>;
    destroy(): void;
}
/** The GPU's own clock on hardware that has one. A software adapter runs by the host's clock, which also tells processor time. */
export declare function clockOf(device: Device): Clock;
/** A clock that takes two timestamps, in nanoseconds, around the pass. */
export declare function gpuClock(device: Device): Clock;
