import type { Device } from "../gpu/device.js";
import type { LanguageModel } from "../nn/language_model.js";
import { type NamedArray } from "../nn/place.js";
import type { ActivationStorage } from "../policy/activations.js";
/** Loss options as a case.json names them. */
export interface CaseOptions {
    readonly alpha?: number;
    readonly tau?: number;
    readonly gate?: "probability" | "entropy-effect";
    readonly eps_low?: number;
    readonly eps_high?: number;
    readonly dual_clip?: number | null;
    readonly aggregate?: "token-mean" | "sequence-mean" | "constant";
    readonly max_len?: number;
    readonly alpha_norm?: "all" | "gated";
    readonly temperature?: number;
    readonly beta?: number;
    readonly entropy_coef?: number;
}
export interface CaseAdamW {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number | null;
    readonly steps: number;
}
type Arrays = ReadonlyMap<string, NamedArray>;
/** A stored case with known results: a model, a right-padded batch, loss and optimiser settings. */
export interface OracleCase {
    readonly name: string;
    readonly model: Arrays;
    readonly inputs: Arrays;
    readonly options: CaseOptions;
    readonly adamw: CaseAdamW;
    /** The most bytes of logits at one time; the policy's default if absent. */
    readonly chunkBytes?: number;
    readonly activations?: ActivationStorage;
}
export type CaseResults = Map<string, {
    shape: number[];
    data: Float32Array;
}>;
/** The largest relative error that each kind of tensor may have. */
export declare const TOLERANCES: {
    readonly logits: 0.00005;
    readonly logp: 0.00005;
    readonly token_entropy: 0.00005;
    readonly entropy: 0.00005;
    readonly gated_fraction: 0.00005;
    readonly loss: 0.00005;
    readonly grad_norm: 0.0002;
    readonly grad: 0.0002;
    readonly after: 0.001;
};
export type CaseQuantity = keyof typeof TOLERANCES;
/** Runs a case on a device: the tensors that expected.safetensors holds, under the same names. */
export declare function runCase(device: Device, module: LanguageModel, oracle: OracleCase): Promise<CaseResults>;
/** The largest relative error of each quantity, and the tensor it was found in. */
export declare function compareCase(actual: CaseResults, expected: Arrays): Map<CaseQuantity, {
    error: number;
    tensor: string;
}>;
export {};
