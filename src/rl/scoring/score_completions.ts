import { endTokensOf } from "../../data/stops.ts";
import type { SampledModel } from "../model.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { type CombinedRewards, type CombineOptions, combineRewards, type NamedReward, type RewardFailure, rewardInput } from "./rewards.ts";

/** What scores the completions of a model, and who is told where that fails. */
interface Judged {
  readonly model: SampledModel;
  readonly rewards: readonly NamedReward[];
  readonly stop: readonly string[];
  readonly onRewardFailure?: ((failure: RewardFailure) => void) | undefined;
}

/** Scores sampled completions after `step` steps of training. */
export type ScoreCompletions = (entries: readonly RolloutEntry[], step: number) => Promise<CombinedRewards>;

/** Makes the function that scores completions of at most `maxNewTokens` tokens by all rewards. It tells of prompts that could not be scored. */
export function scoreCompletions(
  { model, rewards, stop, onRewardFailure }: Judged,
  maxNewTokens: number,
  options?: CombineOptions,
): ScoreCompletions {
  const combined = combineRewards(rewards, options);
  const ends = { tokenizer: model.tokenizer, endTokens: endTokensOf(model), stop, maxNewTokens };
  return async (entries, step) => {
    const scores = await combined(rewardInput(entries, step, ends));
    for (const failure of [...(scores.failures?.values() ?? [])].flat()) onRewardFailure?.(failure);
    return scores;
  };
}
