/// <reference types="@webgpu/types" />
import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
/** Attributes of the op that draws the next token. */
export interface NextTokenOptions {
    /** 0: takes the most probable token; of equals, the one with the lowest index. */
    readonly temperature: number;
    /** Keeps the k most probable tokens, and those that tie with the last; 0: all. */
    readonly topK: number;
    /** Of those, keeps the most probable ones that together hold at least this share of their probability; 1: all. */
    readonly topP: number;
    readonly seed: Scalar;
}
/** `done` counts the tokens generated so far; this bit of it is set when the sequence has finished. */
export declare const FINISHED = 2147483648;
/** Updated in place: position, token, done [S] u32, completions [S, L] u32, completion_statistics [S, L, 2]. */
type State = {
    position: Tensor;
    token: Tensor;
    done: Tensor;
    completions: Tensor;
    completion_statistics: Tensor;
};
type In = State & {
    logits: Tensor;
    sequence_key: Tensor;
    stop_tokens: Tensor;
};
/** logits [S, V], sequence_key [S] u32, stop_tokens [M] u32 -> the state of each sequence, one token further. */
export declare const nextTokenOp: import("./define.js").Op<In, keyof State, NextTokenOptions>;
/** Samples a token for every sequence and appends it, all on the GPU; sequences that have finished stay as they are. */
export declare function nextToken(given: {
    readonly logits: Tensor;
    /** Keys the random numbers: the same key, seed and position give the same numbers in any batch. */
    readonly sequenceKey: Tensor;
    /** At least one; 0xffffffff stands for none. */
    readonly stopTokens: Tensor;
    /** Position of the last token of each sequence. */
    readonly position: Tensor;
    readonly token: Tensor;
    readonly done: Tensor;
    readonly completions: Tensor;
    /** Log-probability of each token and entropy of its distribution, of the whole softmax(logits / temperature). */
    readonly completionStatistics: Tensor;
}, options: NextTokenOptions): void;
export {};
