/// <reference types="@webgpu/types" />
import type { Device } from "./device.js";
import type { ProfiledSubmission } from "./profile_record.js";
/** How dispatches are timed: by the GPU's timestamps or, if the adapter has none, by the host, which waits for each dispatch. */
export type ProfileClock = "gpu" | "host";
/** Times what a device runs. */
export interface Profiler {
    readonly clock: ProfileClock;
    /** "submissions": encodes as usual and times whole submissions. "dispatches": gives every dispatch a pass of its own and times it. */
    start(detail: "submissions" | "dispatches"): void;
    /** Waits for the GPU and returns what ran since `start`. Nothing is observed afterwards. */
    stop(): Promise<ProfiledSubmission[]>;
    destroy(): void;
}
/** Times what runs on a device, without changing a bit of the results. The device's `timestamps` decides between the clocks. */
export declare function createProfiler(device: Device): Profiler;
