import type { Device } from "../../gpu/device.js";
import type { LanguageModel } from "../../nn/language_model.js";
import { type Completion, type Prompt } from "../../policy/sampler.js";
import type { ConformanceCase } from "./case.js";
import type { StoredCase } from "./oracle.js";
/** Prompts of different lengths; their keys make their random numbers. */
export declare const PROMPTS: readonly Prompt[];
/** Completes prompts with a stored model, `sequences` of them at a time. */
export declare function complete(device: Device, model: LanguageModel, prompts: readonly Prompt[], { sequences, temperature }?: {
    readonly sequences?: number;
    readonly temperature?: number;
}): Promise<Completion[]>;
/** Runs with a stored model on a device, and frees it afterwards. */
export declare function withModel<Result>(device: Device, stored: StoredCase, use: (model: LanguageModel) => Promise<Result>): Promise<Result>;
/** What sampling through the key-value cache says of its tokens, beside a forward pass over whole sequences. */
export declare function decodeCase(stored: StoredCase): ConformanceCase;
