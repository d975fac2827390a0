import type { Sampler } from "../../policy/sampler.js";
import type { Problem } from "../../tasks/task.js";
import { type Score } from "../advantages/index.js";
import type { PolicyModel } from "../model.js";
import { type RolloutEntry } from "../sampling/rollout.js";
import { type NamedReward } from "../scoring/rewards.js";
/** Scores completions outside of training. */
export type ScoreEntries = (entries: readonly RolloutEntry[]) => Promise<readonly Score[]>;
/** Scores completions by one reward function. */
export declare function scoredBy(reward: NamedReward): ScoreEntries;
export interface EvaluateOptions {
    readonly model: PolicyModel;
    readonly problems: readonly Problem[];
    readonly completions: number;
    readonly seed: number;
    readonly sampler: Sampler;
    /** Without it greedy accuracy is not measured. */
    readonly greedy?: Sampler;
    readonly score: ScoreEntries;
}
/** What an evaluation measures. pass@k is the unbiased estimate of Chen et al. 2021 (arXiv 2107.03374); a reward of 1 or more is a pass. */
export interface Evaluation {
    readonly passAt1: number;
    readonly passAtK: number;
    readonly k: number;
    readonly greedy: number | undefined;
    readonly reward: number;
    /** Mean entropy of the sampled tokens, in nats. */
    readonly entropy: number;
    /** Different right answers among the completions of a problem, on average. */
    readonly distinct: number;
    readonly entries: readonly RolloutEntry[];
}
/**
 * Samples completions of problems, scores them, and measures pass@1, pass@k and entropy.
 * @throws NotFiniteError where the model's logits are not finite
 */
export declare function evaluatePolicy(options: EvaluateOptions): Promise<Evaluation>;
