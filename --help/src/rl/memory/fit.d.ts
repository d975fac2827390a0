import type { Device } from "../../gpu/device.js";
import { type Footprint } from "./footprint.js";
/** What fits: the bytes, and the number of sequences sampled at a time with which they were counted. */
export interface Fit {
    readonly footprint: Footprint;
    readonly sequencesAtOnce: number;
}
/** An option that changes how much memory is needed, with the value that it would get. */
export interface Knob {
    /** Such as "grpo.microBatchRows=2048". */
    readonly setting: string;
    readonly measure: (sequencesAtOnce: number) => Promise<Footprint>;
}
/** What is to fit. */
export interface Wanted {
    readonly device: Pick<Device, "name" | "memory" | "requireMappings">;
    /** The most bytes allowed; undefined where only the device bounds them. */
    readonly memory: number | undefined;
    /** @throws MemoryError for a buffer that the device cannot hold */
    readonly measure: (sequencesAtOnce: number) => Promise<Footprint>;
    /** Options to name where nothing fits: for each a list of values, the mildest first. */
    readonly knobs?: () => readonly (readonly Knob[])[];
}
/**
 * Finds the most sequences at a time with which everything fits.
 * @throws MemoryError in one line, with the settings that would fit
 */
export declare function fit(wanted: Wanted): Promise<Fit>;
