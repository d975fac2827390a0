/// <reference types="@webgpu/types" />
import { EngineError } from "../gpu/errors.js";
/** No adapter on this machine, or none that the selection allows. */
export declare class NoAdapterError extends EngineError {
    readonly name = "NoAdapterError";
}
/** An adapter that can be opened as often as wanted. */
export interface Candidate {
    readonly name: string;
    readonly gpu: GPU;
    /** For reading only, because its first requestDevice consumes it. Devices are opened with `request()`. */
    readonly adapter: GPUAdapter;
    readonly software: boolean;
    readonly embedded: boolean;
    request(): Promise<GPUAdapter>;
}
/** The adapter that a selection takes on this machine: "auto", "hardware", "software", or a part of a name. */
export declare function chooseAdapter(selection: string, power?: GPUPowerPreference): Promise<Candidate>;
/** Every usable adapter, the one that "auto" takes first. */
export declare function allAdapters(power?: GPUPowerPreference): Promise<Candidate[]>;
/** One readable name: Mesa's llvmpipe driver is better known as lavapipe. */
export declare function adapterName(info: Pick<GPUAdapterInfo, "device" | "description" | "vendor" | "architecture">): string;
/** The values of ENTROPIC_SUBGROUP_MATRIX and their meanings. */
export declare const SUBGROUP_MATRIX: Readonly<Record<string, "f32" | "f16" | undefined>>;
/** What to say on a machine without any adapter. */
export declare function noAdapter(): NoAdapterError;
