import { advantagesByToken } from "./by_token.ts";
import type { RewardPart, RewardSums } from "./contract.ts";
import { type AdvantageName, advantages } from "./index.ts";
import { differingGroups } from "./statistics.ts";

/** The options of a section `grpo` that decide which groups teach. */
export interface TeachingOptions {
  readonly advantage: AdvantageName;
  readonly advantageK: number;
  /** Completions of a problem. */
  readonly completions: number;
  /** Whether completions that were cut off are left out of the loss. Default: false. */
  readonly maskTruncated?: boolean;
}

/** What the completions of groups earned. */
export interface GroupScores extends RewardSums {
  readonly parts: readonly RewardPart[];
}

/**
 * Indices of the groups that teach. Under an advantage that compares the completions of a prompt they are those whose advantages are not
 * all 0, which a group decides by itself: what is taken over the batch only scales. Under any other they are those whose rewards differ.
 */
export function groupsThatTeach(
  scores: GroupScores,
  { advantage: name, advantageK: k, completions: groupSize }: TeachingOptions,
): number[] {
  const advantage = advantages[name];
  if (!advantage.comparesWithinGroups) return differingGroups(scores, groupSize);
  const teaches = ({ rewards, byToken, parts }: GroupScores): boolean => {
    const own = byToken
      ? advantagesByToken(advantage, { rewards, byToken }, { groupSize, k })
      : [advantage({ rewards, parts, groupSize, k })];
    return own.some((values) => values.some((value) => value !== 0));
  };
  const groups = Array.from({ length: scores.rewards.length / groupSize }, (_, group) => group);
  return groups.filter((group) => teaches(ofGroup(scores, group, groupSize)));
}

function ofGroup({ rewards, byToken, parts }: GroupScores, group: number, groupSize: number): GroupScores {
  const own = <Item>(items: readonly Item[]): Item[] => items.slice(group * groupSize, (group + 1) * groupSize);
  return {
    rewards: own(rewards),
    byToken: byToken && own(byToken),
    parts: parts.map(({ weight, scores }) => ({ weight, scores: own(scores) })),
  };
}
