/// <reference types="@webgpu/types" />
import { type Device } from "../gpu/device.js";
/** Which adapter to open, and how kernels run on it. Environment variables stand in for options that are left out. */
export interface OpenDeviceOptions {
    /** "auto" (a real GPU, else lavapipe, else the embedded one), "hardware", "software" or part of a name (or ENTROPIC_ADAPTER). */
    readonly adapter?: string | undefined;
    /** Which of several real GPUs. Default: "high-performance". */
    readonly powerPreference?: GPUPowerPreference | undefined;
    /** false (or ENTROPIC_SUBGROUPS=0): no subgroup operations. */
    readonly subgroups?: boolean | undefined;
    /** false (or ENTROPIC_IMMEDIATES=0): parameters through uniform buffers. */
    readonly immediates?: boolean | undefined;
    /** Invocations per row in row kernels without subgroups (or ENTROPIC_LANES). */
    readonly lanes?: number | undefined;
    /** How much to print on the console, 0 to 4 (or ENTROPIC_DEBUG). */
    readonly debug?: number | undefined;
    /** Seconds that one submission may take before the device counts as lost (or ENTROPIC_WATCHDOG). Default: 300. 0: any time. */
    readonly watchdog?: number | undefined;
    /** The most dispatches of a submission (or ENTROPIC_SLICE); 0: a step is one submission. Default: as many as take 50 to 100 ms. */
    readonly slice?: number | undefined;
    /** true: ask for timestamp queries. */
    readonly timestamps?: boolean | undefined;
    /** Whether to time kernels against each other, once per adapter (or ENTROPIC_TUNE=0, 1, force). Default: only on hardware. */
    readonly tune?: boolean | "force" | undefined;
}
/** An adapter as `devices --json` shows it. */
export interface AdapterDescription {
    readonly name: string;
    readonly backend: string;
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** Runs on the CPU. */
    readonly software: boolean;
    /** The software GPU that came with npm. */
    readonly embedded: boolean;
    readonly f16: boolean;
    /** Smallest and largest subgroup size, null without subgroups. */
    readonly subgroups: readonly [min: number, max: number] | null;
    readonly limits: Readonly<Record<string, number>>;
    /** Whether "auto" takes this adapter. */
    readonly auto: boolean;
}
/**
 * Opens a GPU with the package's shaders. The process ends by itself when its work is done, so `destroy()` is optional.
 * @throws NoAdapterError when no adapter fits; its message says what to install, or which names there are
 */
export declare function openDevice(options?: OpenDeviceOptions): Promise<Device>;
/** Every adapter of this machine that can be opened, in the order of preference. Empty where there is none. */
export declare function listAdapters(): Promise<AdapterDescription[]>;
