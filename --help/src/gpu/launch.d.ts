/// <reference types="@webgpu/types" />
import type { GpuContext, Launch, Recording, Run } from "./context.js";
/** A flat list of dispatches whose bind groups exist. */
export interface LaunchList {
    readonly launches: readonly Launch[];
    /** Appends all dispatches. The numbers in a `run` object are read once: give a new object for new numbers. */
    encode(recording: Recording, run: Run): void;
    /** Encodes everything and submits it. */
    submit(run: Run): void;
    destroy(): void;
}
export declare function createLaunchList(device: GpuContext, label: string, launches: readonly Launch[]): LaunchList;
/** Encodes dispatches and submits them in slices. Several plans may encode, each several times. */
export declare function submitPass(device: GpuContext, label: string, encode: (recording: Recording) => void, copies?: (encoder: GPUCommandEncoder) => void): void;
/** Ends a submission whose only encoder an observer filled by itself. */
export declare function submitEncoder(device: GpuContext, label: string, encoder: GPUCommandEncoder, copies?: (encoder: GPUCommandEncoder) => void): void;
