import type { Sample } from "../learning/micro_batches.js";
/** How far the trainer's view of the sampled tokens is from the sampler's, over all tokens of a step. */
export interface SamplerGap {
    /** |log-probability in training - log-probability in sampling|, in nats. */
    readonly difference: {
        readonly mean: number;
        readonly max: number;
    };
    /** Probability in training / probability in sampling. */
    readonly ratio: {
        readonly min: number;
        readonly mean: number;
        readonly max: number;
    };
}
export interface ImportanceOptions {
    /** The largest weight of a token. */
    readonly bound: number;
    /** Whether a sequence has one weight, from the mean difference of its tokens. */
    readonly bySequence: boolean;
}
/**
 * Truncated importance sampling (Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL training"): each token
 * that the sampler drew is weighed by min(p_trainer / p_sampler, bound). The weight multiplies the advantage, because a positive factor of
 * the advantage is a factor of the policy loss. `scored` are the trainer's log-probabilities of the samples' tokens before the first update.
 * They become the old log-probabilities, so that the loss's own ratio starts at 1. GSPO's derivative needs one weight for a sequence.
 */
export declare function withImportance(samples: readonly Sample[], scored: readonly ArrayLike<number>[], options: ImportanceOptions): Sample[];
/** The numbers of the metrics `sampling/*`, from samples that `withImportance` has not changed yet. */
export declare function samplerGap(samples: readonly Sample[], scored: readonly ArrayLike<number>[]): SamplerGap;
