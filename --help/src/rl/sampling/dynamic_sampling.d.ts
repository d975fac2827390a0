import type { Problem } from "../../tasks/task.js";
import type { CombinedRewards } from "../scoring/rewards.js";
import type { RolloutEntry } from "./rollout.js";
/** Completions with their scores, the completions of a problem side by side. */
export interface ScoredRollout {
    readonly entries: readonly RolloutEntry[];
    readonly scores: CombinedRewards;
}
/** One step's completions. */
export interface Sampled {
    /** Those to learn from: always as many groups as the step has prompts. */
    readonly trained: ScoredRollout;
    /** All that were sampled, which is more where groups were left out. */
    readonly all: ScoredRollout;
    /** Rollouts that the step took. */
    readonly rounds: number;
    /** Share of the sampled groups that are learned from and have something to teach. */
    readonly keptFraction: number;
}
export interface SamplingOptions {
    readonly problems: readonly Problem[];
    readonly seed: number;
    readonly step: number;
    /** Problems of a step, and completions of each. */
    readonly prompts: number;
    readonly completions: number;
    /** Most further rollouts of a step in search of groups with differing rewards; 0 takes the first rollout as it is. */
    readonly extraRounds: number;
    /** Samples and scores completions of problems; no two calls of a run may get overlapping keys. */
    readonly rollout: (problems: readonly Problem[], firstKey: number) => Promise<ScoredRollout>;
}
export declare const MOST_EXTRA_ROUNDS = 16;
/**
 * The completions of a step, with dynamic sampling (DAPO, Yu et al. 2025, arXiv 2503.14476, section 3.2) where it is asked for: groups
 * whose rewards are all alike teach nothing and are replaced by groups of further problems, at most `extraRounds` times. What is then
 * still missing is filled with the groups that were left out, in their order. Everything follows from seed and step, so that a resumed
 * run samples the same.
 */
export declare function sampleStep(options: SamplingOptions): Promise<Sampled>;
