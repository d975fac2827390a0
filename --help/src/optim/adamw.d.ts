/// <reference types="@webgpu/types" />
import type { Scalar } from "../graph/scalar.js";
import { type Tensor } from "../graph/tensor.js";
import type { GradientSink } from "../graph/trace.js";
import { type FlatBuffers, type PlacedModule } from "../nn/place.js";
import { type Heartbeat } from "./heartbeat.js";
/** The options of AdamW that are the same in every step. */
export interface AdamWOptions {
    readonly betas: readonly [number, number];
    readonly eps: number;
    /** Decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101); only tensors with two or more dimensions decay. */
    readonly weightDecay: number;
    /** Gradients are scaled by min(1, maxGradNorm / (norm + 1e-6)); null: no clipping. */
    readonly maxGradNorm: number | null;
}
/** The usual values for language models; eps is PyTorch's default. */
export declare const ADAMW_DEFAULTS: {
    readonly betas: readonly [0.9, 0.95];
    readonly eps: 1e-8;
};
type NamedArrays = Map<string, {
    shape: number[];
    data: Float32Array;
}>;
/** AdamW over the flat buffers of a placed module, entirely on the GPU; a step whose gradients, or results, are not finite is skipped there. */
export interface AdamW {
    readonly gradients: FlatBuffers;
    /** [8]: the record OPTIMIZER_STATE. */
    readonly state: Tensor;
    /** Checks every state that is read back behind a step. */
    readonly heartbeat: Heartbeat;
    /** Where each parameter's gradient goes. */
    sinks(accumulate: Scalar): Map<Tensor, GradientSink>;
    /** Traces the gradient norm, clipping, the look ahead, the update, and the copying into 16-bit weights where there are any. */
    step(learningRate: Scalar): void;
    save(): Promise<{
        readonly moments: NamedArrays;
        readonly state: readonly number[];
    }>;
    load(saved: {
        readonly moments: ReadonlyMap<string, {
            shape: readonly number[];
            data: ArrayLike<number>;
        }>;
        readonly state: readonly number[];
    }): void;
    destroy(): void;
}
/** Makes AdamW for the parameters of a placed module: buffers for gradients and moments, and the step over them. */
export declare function createAdamW(placed: PlacedModule, options: AdamWOptions): AdamW;
export {};
