import type { HostArray } from "../../gpu/buffer.js";
import type { Device } from "../../gpu/device.js";
import type { DType } from "../../graph/tensor.js";
/** WGSL of a check of its own: it reads inputs by name and writes `y`. */
export interface WgslRun {
    readonly name: string;
    readonly wgsl: string;
    readonly inputs: Readonly<Record<string, HostArray>>;
    /** How many numbers `y` has. */
    readonly count: number;
    readonly dtype?: DType;
    readonly workgroups: number | readonly [number, number, number];
    readonly parameters?: Readonly<Record<string, number>>;
}
/** Runs a kernel once and returns what it wrote to `y`. */
export declare function runWgsl(device: Device, run: WgslRun): Promise<HostArray>;
