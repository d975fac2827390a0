/// <reference types="@webgpu/types" />
import type { GpuContext, Recording } from "./context.js";
/** A submission that is being encoded. Full slices go to the queue while the next is encoded. */
export interface Slices extends Recording {
    /** Submits what is left, with copies behind it. */
    finish(copies?: (encoder: GPUCommandEncoder) => void): void;
}
export declare function openSlices(device: GpuContext, label: string): Slices;
