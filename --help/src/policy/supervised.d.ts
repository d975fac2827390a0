import type { Device } from "../gpu/device.js";
import type { LanguageModel } from "../nn/language_model.js";
import type { AdamW } from "../optim/adamw.js";
import { type ActivationStorage } from "./activations.js";
import type { UpdateBatch } from "./update.js";
export interface SupervisedResult {
    /** Cross-entropy in nats, weighted by the weights of the batch's tokens. */
    readonly loss: number;
    readonly gradNorm: number;
    /** Whether this step was skipped because a gradient, or what it would make of a weight or moment, was not finite. */
    readonly wasSkipped: boolean;
    /** Steps skipped so far. */
    readonly skipped: number;
}
/** Supervised learning of the rows that have a weight: forward, cross-entropy, backward, AdamW, in one submission. */
export interface SupervisedUpdate {
    step(batch: UpdateBatch, learningRate: number): Promise<SupervisedResult>;
    /** Repeats a step that was skipped, and returns what its first kernel did that wrote a number which is not finite. No weight changes. */
    explainSkipped(batch: UpdateBatch, place: string): Promise<string | undefined>;
    destroy(): void;
}
/** Plans one step of supervised learning: cross-entropy of packed rows, its gradient, and AdamW. */
export declare function createSupervisedUpdate(options: {
    readonly device: Device;
    readonly model: LanguageModel;
    readonly optimizer: AdamW;
    readonly rows: number;
    readonly chunkBytes?: number;
    readonly activations?: ActivationStorage;
}): Promise<SupervisedUpdate>;
