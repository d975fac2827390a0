import type { RolloutEntry } from "../sampling/rollout.js";
/** One sampled completion, ready to learn from. Token counts: prompt P, completion M. */
export interface Sample {
    readonly promptIds: readonly number[];
    readonly completionIds: readonly number[];
    /** Log-probability of every completion token when it was sampled, in nats [M]. */
    readonly oldLogprobs: ArrayLike<number>;
    /** Log-probability of every completion token under the reference model [M]; absent without a KL term. */
    readonly referenceLogprobs?: ArrayLike<number>;
    readonly advantage: number;
    /** What the advantage is multiplied by at every completion token [M]; absent: 1. */
    readonly importance?: ArrayLike<number>;
    /** The class of every completion token [M], where entropy is controlled by class; absent: all of class 0. */
    readonly classes?: ArrayLike<number>;
    /** Leaves the completion out of the loss, the entropy and every mean over tokens. */
    readonly isMasked?: boolean;
}
/** Makes samples of sampled completions and their advantages. `maskTruncated` masks the completions that were cut short. */
export declare function toSamples(entries: readonly RolloutEntry[], advantages: ArrayLike<number>, { classes, maskTruncated }: {
    readonly classes: readonly ArrayLike<number>[] | undefined;
    readonly maskTruncated: boolean;
}): Sample[];
/** How the losses of tokens become one number (docs/method.md, "How tokens add up"). */
export type Aggregate = "token-mean" | "sequence-mean" | "constant";
/** Samples packed for one submission: N rows of S sequences. Row i holds a token; its action is the token that follows. */
export interface PackedBatch {
    readonly rows: number;
    readonly sequences: number;
    /** Response tokens of this batch. */
    readonly responseTokens: number;
    /** Named inputs of the update plan. */
    readonly inputs: Readonly<Record<string, Uint32Array | Float32Array>>;
}
/** The totals of a whole optimiser step, over all its micro-batches, of which the weights of tokens are shares. */
export interface StepTotals {
    readonly sequences: number;
    readonly responseTokens: number;
}
export declare function totalsOf(samples: readonly Sample[]): StepTotals;
/** The rows that a sample takes: one for each token but the last, which no action follows. */
export declare function rowsOfSample(sample: Pick<Sample, "promptIds" | "completionIds">): number;
/**
 * Packs samples end to end. The weight of a response token is its share of the loss: 1/tokens (token-mean),
 * 1/(sequences * tokens of its sequence) (sequence-mean), 1/(sequences * maxLength) (constant, Dr. GRPO).
 */
export declare function packBatch(samples: readonly Sample[], totals: StepTotals, options: {
    readonly aggregate: Aggregate;
    readonly maxLength: number;
}): PackedBatch;
/** Splits samples, in order, into micro-batches of at most `maxRows` rows each. @throws when one sample alone exceeds it */
export declare function microBatches(samples: readonly Sample[], maxRows: number): Sample[][];
