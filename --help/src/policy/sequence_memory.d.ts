/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
import type { Tensor } from "../graph/tensor.js";
import type { KeyValueCache } from "../nn/rows.js";
import type { Arena } from "./arena.js";
export interface Prompt {
    readonly ids: readonly number[];
    /** Keys the random numbers: the same key, seed and prompt give the same completion in any batch. */
    readonly key: number;
}
/** A sampled completion: its tokens, and what the policy said of each. */
export interface Completion {
    readonly ids: readonly number[];
    /** Log-probability of every token and entropy of its distribution, of softmax(logits / temperature) over all tokens, in nats. */
    readonly logprobs: Float32Array;
    readonly entropies: Float32Array;
    readonly finishReason: "stop" | "length";
}
export interface SequenceMemoryOptions {
    readonly device: Device;
    /** The most sequences at once [S], tokens of a sequence [P] and new tokens of a sequence [L]. */
    readonly sequences: number;
    readonly maxLength: number;
    readonly maxNewTokens: number;
    readonly stopTokens: readonly number[];
}
/** State of the sequences being generated, on the GPU. */
export interface SequenceMemory {
    readonly position: Tensor;
    readonly token: Tensor;
    readonly done: Tensor;
    readonly sequenceKey: Tensor;
    readonly stopTokens: Tensor;
    readonly slots: Tensor;
    readonly completionTokens: Tensor;
    readonly completionStatistics: Tensor;
    cache(mode: KeyValueCache["mode"], sequence: Tensor): KeyValueCache;
    reset(prompts: readonly Prompt[]): void;
    /**
     * Whether every sequence has finished, after so many tokens were asked of each.
     * @throws DeviceLostError where an unfinished sequence has another number of tokens
     */
    allDone(sequences: number, tokens: number): Promise<boolean>;
    /** What was generated. @throws DeviceLostError where a sequence has not finished */
    completions(sequences: number): Promise<Completion[]>;
}
/** Makes the state in an arena, which is the owner's to destroy. */
export declare function createSequenceMemory(options: SequenceMemoryOptions, arena: Arena): SequenceMemory;
