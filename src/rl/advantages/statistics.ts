import { rewardsToGo } from "./by_token.ts";
import type { RewardSums, Score } from "./contract.ts";
import { average, groupsOf, isConstant, isScored, standardDeviation } from "./scores.ts";

/** What a batch's rewards say about learning, under TRL's names. */
export interface RewardStatistics {
  /** Mean over the scored completions; NaN where there are none. */
  readonly reward: number;
  /** Mean over the groups of their unbiased standard deviation. */
  readonly reward_std: number;
  /**
   * Share of groups whose rewards are all equal, at each token where tokens are rewarded. Advantages that compare within groups are 0 there,
   * but for `gdpo`, which compares before the sum.
   */
  readonly frac_reward_zero_std: number;
}

/** Statistics of rewards [P * G]. Throws when the rewards do not divide into groups. */
export function rewardStatistics(rewards: readonly Score[], groupSize: number, byToken?: RewardSums["byToken"]): RewardStatistics {
  const groups = groupsOf(rewards, groupSize).map((group) => group.filter(isScored));
  return {
    reward: average(rewards.filter(isScored)),
    reward_std: average(groups.map(standardDeviation)),
    frac_reward_zero_std: (groups.length - differingGroups({ rewards, byToken }, groupSize).length) / groups.length,
  };
}

/** Indices of the groups in which at least two rewards differ, or, where tokens are rewarded, what two completions still earn at one token. */
export function differingGroups({ rewards, byToken }: RewardSums, groupSize: number): number[] {
  return groupsOf(rewards, groupSize).flatMap((group, index) => {
    const scored = group.flatMap((reward, i) => (isScored(reward) ? [{ reward, place: index * groupSize + i }] : []));
    const differs = byToken
      ? differAtAToken(scored.map(({ place }) => rewardsToGo(byToken[place]!)))
      : !isConstant(scored.map(({ reward }) => reward));
    return differs ? [index] : [];
  });
}

function differAtAToken(toGo: readonly Float64Array[]): boolean {
  const longest = toGo.reduce((most, { length }) => Math.max(most, length), 0);
  const at = (t: number): number[] => toGo.filter(({ length }) => t < length).map((own) => own[t]!);
  return Array.from({ length: longest }, (_, t) => at(t)).some((rewards) => !isConstant(rewards));
}
