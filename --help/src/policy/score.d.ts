import type { Device } from "../gpu/device.js";
import type { LanguageModel } from "../nn/language_model.js";
import type { UpdateBatch } from "./update.js";
/** Log-probability of the action and entropy of every row, in nats, of softmax(logits / temperature). */
export interface Scores {
    readonly logprobs: Float32Array;
    readonly entropies: Float32Array;
}
/** Scores tokens that exist already: a forward pass without learning. */
export interface Scorer {
    score(batch: Pick<UpdateBatch, "rows" | "inputs">): Promise<Scores>;
    destroy(): void;
}
/** Scores packed rows with a model: for a reference policy, and for comparing sampler and trainer. */
export declare function createScorer(options: {
    readonly device: Device;
    readonly model: LanguageModel;
    readonly rows: number;
    readonly temperature: number;
    readonly chunkBytes?: number;
}): Promise<Scorer>;
