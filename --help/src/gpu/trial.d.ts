/// <reference types="@webgpu/types" />
import type { GpuContext } from "./context.js";
import { EngineError } from "./errors.js";
import type { KernelSource, KernelVariant } from "./kernel.js";
/** A tensor of a trial. Tensors with the same storage share a buffer. */
export interface TrialTensor {
    readonly storage: object;
    readonly bytes: number;
    /** u32: words that hold two 16-bit floats each. Default: f32. */
    readonly dtype?: "f32" | "u32" | "i32";
}
/** One dispatch of a trial. All its numbers are known. */
export interface TrialLaunch {
    readonly kernel: KernelSource;
    readonly variant?: KernelVariant | undefined;
    readonly bindings: Readonly<Record<string, TrialTensor>>;
    readonly parameters: Readonly<Record<string, number>>;
    readonly workgroups: readonly number[];
}
/** Kernels that are run on random numbers, to see whether they are right and how long they take. */
export interface Trial {
    readonly launches: readonly TrialLaunch[];
    readonly output: TrialTensor;
    /** What the whole output must hold: a function of what every tensor held before, or other kernels that compute it. */
    readonly expected: ((before: (tensor: TrialTensor) => Float32Array) => ArrayLike<number>) | readonly TrialLaunch[];
    /** Allowed max|x - y| / max|y|. */
    readonly tolerance: number;
}
/** An open trial: its buffers exist. */
export interface OpenTrial {
    /** Runs the kernels once and returns what is wrong with the output; undefined where nothing is. */
    check(): Promise<string | undefined>;
    /** Median milliseconds of one run of all launches. */
    measure(budgetMs: number): Promise<number>;
    destroy(): void;
}
/** The GPU has no memory for a trial. The trial then tells nothing, and the device stays as it is. */
export declare class TrialMemoryError extends EngineError {
    readonly name = "TrialMemoryError";
}
/** Makes a trial's buffers and compiles its kernels. @throws TrialMemoryError when the GPU has too little memory left */
export declare function openTrial(device: GpuContext, trial: Trial): Promise<OpenTrial>;
