/// <reference types="@webgpu/types" />
import type { Device } from "../../gpu/device.js";
import type { PolicyModel } from "../model.js";
/** What memory is spent on, in the order of tables. */
export declare const PARTS: {
    readonly parameters: "parameters and tables";
    readonly halves: "16-bit copies of the weights";
    readonly reference: "reference model";
    readonly gradients: "gradients";
    readonly moments: "moments";
    readonly activations: "activations";
    readonly logits: "logits";
    readonly cache: "key-value cache";
    readonly staging: "inputs, results and staging";
    readonly passing: "for a while: saving, trials";
};
export type Part = keyof typeof PARTS;
/** The bytes that something takes on a device, by part. */
export interface Footprint {
    readonly parts: Readonly<Record<Part, number>>;
    /** Everything together, what is needed only for a while included. */
    readonly total: number;
    /** Bytes that grow with the number of sequences that are sampled at a time. */
    readonly sampling: number;
    readonly buffers: number;
    /** The most memory mappings that a software GPU makes of it. */
    readonly mappings: number;
}
/**
 * Measures what `build` makes for a model on a device, the model included, without creating anything there.
 * @throws MemoryError for a buffer that the device cannot hold or bind
 */
export declare function measureFootprint(device: Device, model: PolicyModel, build: (device: Device, model: PolicyModel) => Promise<unknown>): Promise<Footprint>;
/** Whether a buffer, or the part that a MemoryError names, grows with the number of sequences sampled at a time. */
export declare function isOfSampling(label: string): boolean;
