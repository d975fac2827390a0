/// <reference types="@webgpu/types" />
import type { Flight } from "./flight.js";
import type { DeviceStats } from "./stats.js";
/** A kernel of the library by its id ("norm/rms_norm"), or a user's own WGSL under a name. */
export type KernelSource = string | {
    readonly name: string;
    readonly wgsl: string;
};
/** What `@if(CONDITION)`, `import constants::NAME` and `import package::MODULE::NAME` in the WGSL resolve to. */
export interface KernelVariant {
    readonly conditions?: Readonly<Record<string, boolean>>;
    readonly constants?: Readonly<Record<string, number>>;
    /** Modules that a variant may exchange, by the name under which the kernel imports them: `{ loss: "loss/sapo" }`. */
    readonly modules?: Readonly<Record<string, KernelSource>>;
}
export interface KernelBinding {
    readonly name: string;
    readonly access: "read" | "read_write";
    readonly type: string;
    /** The shape comment behind the binding, "[N, C]"; empty when there is none. */
    readonly shape: string;
}
export interface KernelParameter {
    /** A field of a nested struct has both names: "loss.delta". */
    readonly name: string;
    readonly type: "u32" | "i32" | "f32";
    /** Bytes from the beginning of the parameters. */
    readonly offset: number;
}
/** A compiled kernel: what it binds, which parameters it takes, and its pipeline. */
export interface Kernel {
    readonly id: string;
    readonly wgsl: string;
    readonly bindings: readonly KernelBinding[];
    readonly parameters: readonly KernelParameter[];
    readonly parameterBytes: number;
    readonly pipeline: GPUComputePipeline;
    readonly bindGroupLayout: GPUBindGroupLayout;
    /** Group 1 where parameters travel in a uniform buffer because the adapter has no immediates. */
    readonly parameterLayout: GPUBindGroupLayout | undefined;
}
export interface KernelTraits {
    readonly gpu: GPUDevice;
    readonly lanes: number;
    readonly subgroups: boolean;
    readonly immediates: boolean;
    readonly shaders: Readonly<Record<string, string>>;
    readonly stats: DeviceStats;
    readonly debug: number;
    readonly flight: Flight;
}
export interface KernelCache {
    readonly get: (source: KernelSource, variant?: KernelVariant) => Promise<Kernel>;
    /** The kernel's text, linked but not compiled. `get` uses the same text. */
    readonly text: (source: KernelSource, variant?: KernelVariant) => Promise<KernelText>;
}
/** As many bytes of parameters as WebGPU lets every adapter with immediates have. */
export declare const MAX_PARAMETER_BYTES = 64;
export declare function createKernelCache(traits: KernelTraits): KernelCache;
/** A kernel's final WGSL and what it declares. */
export type KernelText = Pick<Kernel, "id" | "wgsl" | "bindings" | "parameters" | "parameterBytes">;
/** Links a kernel and adapts its WGSL to a device with these traits. Compiles nothing. */
export declare function prepareKernel(traits: Pick<KernelTraits, "lanes" | "subgroups" | "immediates" | "shaders">, source: KernelSource, variant?: KernelVariant): Promise<KernelText>;
/** Resolves imports, `@if` and constants of a kernel; plain WGSL passes through. */
export declare function linkKernel(traits: Pick<KernelTraits, "lanes" | "subgroups" | "shaders">, source: KernelSource, variant?: KernelVariant): Promise<string>;
/** Bindings and parameters as the kernel's own text declares them: the WGSL is the single source of truth. */
export declare function reflect(id: string, wgsl: string): Pick<Kernel, "bindings" | "parameters" | "parameterBytes">;
/** Writes a kernel's parameters, in the order its struct declares them. */
export declare function packParameters(kernel: Kernel, values: ArrayLike<number>, target: DataView, offset: number): void;
