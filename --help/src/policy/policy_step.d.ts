import { type Controller } from "../control/define.js";
import type { Tensor } from "../graph/tensor.js";
import type { LanguageModel } from "../nn/language_model.js";
import type { AdamW } from "../optim/adamw.js";
import type { PolicyLossOptions } from "./options.js";
/** What a step is traced from: the model, its options, and the memory that it shares with the host. */
export interface TracedUpdate {
    readonly model: LanguageModel;
    readonly optimizer: AdamW;
    readonly controller: Controller;
    readonly loss: PolicyLossOptions;
    /** Most rows and sequences of one micro-batch. */
    readonly rows: number;
    readonly sequences: number;
    readonly chunkBytes?: number;
    /** Seeds a loss that selects tokens at random. Default 0. */
    readonly seed?: number;
    /** The state of entropy control, the metrics of a batch, and how many tokens the loss selected [1]. */
    readonly control: Tensor;
    readonly metrics: Tensor;
    readonly count: Tensor;
}
/**
 * Traces "One step" of docs/method.md up to the gradients: forward -> token statistics -> entropy reduction -> controller -> per-token loss
 * -> logits gradient -> backward. With `wholeBatch` false the batch is one of several, and the control state is that of all of them already.
 */
export declare function tracePolicyStep(update: TracedUpdate, wholeBatch: boolean): void;
/** Traces the forward pass and the entropy reduction alone: what a controller reads of a batch. */
export declare function traceMeasurement(update: TracedUpdate): void;
/** Where the gated tokens are counted that the control term is a mean over; "none" where it is a mean over all tokens. */
export declare function gatedScope({ alphaNorm, aggregate }: PolicyLossOptions): "none" | "batch" | "sequence";
