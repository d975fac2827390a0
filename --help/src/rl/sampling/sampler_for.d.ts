import type { Device } from "../../gpu/device.js";
import { type Sampler, type SamplingOptions } from "../../policy/sampler.js";
import type { Problem } from "../../tasks/task.js";
import type { SampledModel } from "../model.js";
export interface SamplerForOptions {
    readonly device: Device;
    readonly model: SampledModel;
    /** Tokens of the longest prompt that may be given, which decides how much memory a sequence takes. */
    readonly longestPrompt: number;
    /** How many completions are wanted at a time. */
    readonly completions: number;
    /** The most sequences sampled at once. Completions do not depend on it. */
    readonly sequencesAtOnce?: number | undefined;
    /** Longest completion, in tokens. */
    readonly maxNewTokens: number;
    readonly sampling: SamplingOptions;
    /** Text of one token that ends a completion; where it is empty, no text does. */
    readonly stop: string;
}
/** The most sequences sampled at once where memory does not bound them: more hardly run faster together. */
export declare const MOST_SEQUENCES = 512;
/** Sampling options that leave every token as probable as the policy makes it. */
export declare const FULL_DISTRIBUTION: {
    readonly topK: 0;
    readonly topP: 1;
};
/**
 * A sampler with room for any of the prompts that were measured.
 * @throws ConfigError when the text that ends a completion is more than one token of the model
 */
export declare function samplerFor({ device, model, longestPrompt: longest, stop, sampling, ...options }: SamplerForOptions): Promise<Sampler>;
/** Tokens of the longest prompt of some problems; at least 1. It is remembered, because many parts of a run ask for it. */
export declare function longestPrompt({ tokenizer }: SampledModel, problems: readonly Problem[]): number;
