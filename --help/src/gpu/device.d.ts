/// <reference types="@webgpu/types" />
import type { GpuContext } from "./context.js";
import { EngineError } from "./errors.js";
import { type KernelCache } from "./kernel.js";
import { type Mappings } from "./mappings.js";
import { type SubgroupMatrix, type SubgroupMatrixWish } from "./subgroup_matrix.js";
import { type Tuning, type TuningOptions } from "./tuning.js";
/** What a device is made of; `openDevice` fills it in on Node.js. */
export interface DeviceOptions {
    readonly adapter: GPUAdapter;
    readonly wgslLanguageFeatures: ReadonlySet<string>;
    /** WGSL by id, the path below shaders/ without its extension. */
    readonly shaders: Readonly<Record<string, string>>;
    readonly name?: string;
    /** false: never use subgroup operations, even where the adapter has them. */
    readonly subgroups?: boolean;
    /** false: pass parameters through uniform buffers even where immediates exist. */
    readonly immediates?: boolean;
    /** Invocations that share a row, a power of two from 4 to 128. Setting this turns subgroups off. */
    readonly lanes?: number;
    /** true: ask for timestamp queries (profiling). */
    readonly timestamps?: boolean;
    /** What to print on the console: 1 a line per plan, 2 also its dispatches, 3 also WGSL; 4 also fills a plan's memory with NaN. */
    readonly debug?: number;
    /** Use the matrix instructions of subgroups, an experiment of Dawn's, where the adapter has any. */
    readonly subgroupMatrix?: SubgroupMatrixWish;
    /** The bytes that the GPU can have at most, where they are known. */
    readonly memory?: number | undefined;
    /** The bytes that JavaScript may take in this process, where they are known. */
    readonly heap?: number | undefined;
    /** The memory mappings of the process, where their number is bounded and the driver makes many. */
    readonly mappings?: Mappings | undefined;
    /**
     * Seconds that one submission may take before the device counts as lost, 300 where left out; 0: any time. A slow software adapter works
     * less than a second on a slice.
     */
    readonly watchdog?: number;
    /** The most dispatches of a slice (slices.ts); 0: a step is one submission. Left out: slices adapt to the adapter's speed. */
    readonly slice?: number;
    /** Whether kernels are timed on the adapter, and where the results are stored. */
    readonly tuning?: TuningOptions;
}
/** A GPU ready to run kernels. */
export interface Device extends GpuContext {
    readonly vendor: string;
    readonly architecture: string;
    /** Matrix instructions that kernels may use; none unless `subgroupMatrix` asked for them. */
    readonly subgroupMatrices: readonly SubgroupMatrix[];
    readonly timestamps: boolean;
    readonly tuning: Tuning;
    /** A kernel's linked text, without compiling it. */
    readonly kernelText: KernelCache["text"];
    /** Makes every later `assertHealthy` throw. The first failure wins. */
    fail(error: EngineError): void;
    destroy(): void;
}
/**
 * Opens a device with all of the adapter's own limits and the features the engine can use.
 * @throws EngineError when `lanes` is not a power of two from 4 to 128
 */
export declare function createDevice(options: DeviceOptions): Promise<Device>;
/** lavapipe and SwiftShader call themselves fallback adapters; the names cover Dawn builds in which they do not. */
export declare function isSoftware(info: GPUAdapterInfo): boolean;
