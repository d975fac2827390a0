/// <reference types="@webgpu/types" />
import type { Device } from "../../gpu/device.js";
import type { PolicyModel } from "../model.js";
import { type Fit } from "./fit.js";
export interface SamplingToFit {
    readonly device: Device;
    readonly model: PolicyModel;
    /** The most bytes of GPU memory to take, the model included. */
    readonly memory?: number | undefined;
    readonly build: (device: Device, model: PolicyModel, sequencesAtOnce: number) => Promise<unknown>;
}
/** Finds the most sequences at a time with which sampling fits into memory. @throws MemoryError */
export declare function fitSampling({ device, model, memory, build }: SamplingToFit): Promise<Fit>;
