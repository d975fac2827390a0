import { requireFiniteCompletions } from "../../policy/finite_completions.ts";
import type { Sampler } from "../../policy/sampler.ts";
import type { Problem } from "../../tasks/task.ts";
import { isRight, type Score } from "../advantages/index.ts";
import type { PolicyModel } from "../model.ts";
import { type RolloutEntry, rollout, sampledEntropy } from "../sampling/rollout.ts";
import { type NamedReward, rewardInput, scoresOf } from "../scoring/rewards.ts";
import { meanPassAtK } from "./pass_at_k.ts";

/** Sampling keys of evaluations lie above those of training, so that an evaluation never repeats a rollout's numbers. */
const EVALUATION_KEYS = 0x8000_0000;

/** Scores completions outside of training. */
export type ScoreEntries = (entries: readonly RolloutEntry[]) => Promise<readonly Score[]>;

/** Scores completions by one reward function. */
export function scoredBy(reward: NamedReward): ScoreEntries {
  return (entries) => scoresOf(reward, rewardInput(entries, 0));
}

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
export async function evaluatePolicy(options: EvaluateOptions): Promise<Evaluation> {
  const { model, problems, completions, seed, score } = options;
  const shared = { tokenizer: model.tokenizer, problems, seed, firstKey: EVALUATION_KEYS };
  const entries = await rollout({ ...shared, sampler: options.sampler, completions });
  requireFiniteCompletions(entries.map(({ completion }) => completion));
  const rewards = await score(entries);
  const passed = rewards.map(isRight);
  const right = problems.map((_, p) => passed.slice(p * completions, (p + 1) * completions).filter(Boolean).length);
  return {
    passAt1: meanPassAtK(completions, right, 1),
    passAtK: meanPassAtK(completions, right, completions),
    k: completions,
    greedy: options.greedy && (await greedyAccuracy(options, options.greedy)),
    reward: rewards.reduce<number>((sum, reward) => sum + (reward ?? 0), 0) / rewards.length,
    entropy: sampledEntropy(entries),
    distinct: distinctRight(entries, passed, completions),
    entries,
  };
}

async function greedyAccuracy({ model, problems, seed, score }: EvaluateOptions, sampler: Sampler): Promise<number> {
  const entries = await rollout({ tokenizer: model.tokenizer, problems, seed, firstKey: EVALUATION_KEYS, sampler, completions: 1 });
  const rewards = await score(entries);
  return rewards.filter(isRight).length / rewards.length;
}

function distinctRight(entries: readonly RolloutEntry[], passed: readonly boolean[], completions: number): number {
  let total = 0;
  for (let begin = 0; begin < entries.length; begin += completions) {
    const group = entries.slice(begin, begin + completions);
    total += new Set(group.filter((_, i) => passed[begin + i]).map(({ text }) => text)).size;
  }
  return total / Math.max(1, entries.length / completions);
}
