import type { TrainConfig } from "../config/index.ts";
import { type RolloutEntry, sampledEntropy } from "../sampling/rollout.ts";
import type { CombinedRewards } from "../scoring/rewards.ts";
import { advantagesByToken } from "./by_token.ts";
import { isDamped } from "./gepo.ts";
import { type AdvantageInput, advantages } from "./index.ts";

/** The advantages of a step's completions. */
export interface StepAdvantages {
  /** One for each completion: where rewards are given token by token that of its first token. */
  readonly advantages: ArrayLike<number>;
  /** Where rewards are given token by token one for each token of each completion. */
  readonly tokenAdvantages?: readonly ArrayLike<number>[] | undefined;
  /** The share of the completions whose advantage gepo damps; absent with any other advantage. */
  readonly damped?: number;
}

/** The advantages that `grpo.advantage` makes of the rewards of completions. */
export function advantagesOf(
  entries: readonly RolloutEntry[],
  { rewards, parts, byToken }: CombinedRewards,
  { grpo }: Pick<TrainConfig, "grpo">,
): StepAdvantages {
  const { completions: groupSize, advantageK: k, advantageLambda: lambda } = grpo;
  const byEntropy = grpo.advantage === "gepo" && {
    groupEntropies: groupEntropies(entries, groupSize),
    band: { low: grpo.gepoLow, high: grpo.gepoHigh, damping: grpo.gepoDamping },
  };
  const options = { groupSize, k, lambda, ...byEntropy };
  const advantage = advantages[grpo.advantage];
  const tokenAdvantages = byToken && advantagesByToken(advantage, { rewards, byToken }, options);
  const own = tokenAdvantages
    ? Float64Array.from(tokenAdvantages, (ofTokens) => ofTokens[0] ?? 0)
    : advantage({ rewards, parts, ...options });
  return { advantages: own, tokenAdvantages, ...(byEntropy && { damped: dampedShare({ rewards, ...options }) }) };
}

function groupEntropies(entries: readonly RolloutEntry[], groupSize: number): Float64Array {
  const groups = entries.length / groupSize;
  return Float64Array.from({ length: groups }, (_, group) => sampledEntropy(entries.slice(group * groupSize, (group + 1) * groupSize)));
}

function dampedShare(input: AdvantageInput): number {
  const before = advantages.grpo(input);
  return before.reduce((sum, advantage, i) => sum + (isDamped(input, advantage, i) ? 1 : 0), 0) / before.length;
}
