/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
import type { LanguageModel } from "../nn/language_model.js";
import { type Completion, type Prompt } from "./sequence_memory.js";
export type { Completion, Prompt } from "./sequence_memory.js";
/** How a token is drawn from the logits. */
export interface SamplingOptions {
    /** 0: greedy. */
    readonly temperature: number;
    /** Keeps the k most probable tokens; 0: all. */
    readonly topK: number;
    /** Keeps the smallest set of tokens with at least this probability; 1: all. */
    readonly topP: number;
}
/** What a sampler's memory is planned for, and how it draws tokens. */
export interface SamplerOptions {
    readonly device: Device;
    readonly model: LanguageModel;
    /** The most sequences generated at once, the most rows of all their prompts, and the most tokens of one sequence. */
    readonly sequences: number;
    readonly promptRows: number;
    readonly maxLength: number;
    readonly maxNewTokens: number;
    readonly sampling: SamplingOptions;
    readonly stopTokens: readonly number[];
}
/** Completes prompts with a model on the GPU. */
export interface Sampler {
    /** Completes prompts, as many at a time as fit, and returns the completions in the order of the prompts. */
    generate(prompts: readonly Prompt[], seed: number): Promise<Completion[]>;
    destroy(): void;
}
/** Builds prefill and decode plans over a key-value cache; everything from logits to the next input token stays on the GPU. */
export declare function createSampler(options: SamplerOptions): Promise<Sampler>;
