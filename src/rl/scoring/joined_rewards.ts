import type { RewardSums } from "../advantages/index.ts";
import type { CombinedRewards } from "./rewards.ts";
import { rewardsAtLastToken } from "./token_rewards.ts";

/** Completions and what they earned. */
interface Scored {
  readonly entries: readonly { readonly completion: { readonly ids: { readonly length: number } } }[];
  readonly scores: CombinedRewards;
}

/** The rewards of several rollouts as those of one. */
export function joinRewards(rollouts: readonly [Scored, ...Scored[]]): CombinedRewards {
  const scores = rollouts.map((one) => one.scores);
  const { byFunction, parts, failures } = scores[0]!;
  const unpunished = rollouts.flatMap(({ entries, scores }) => (scores.unpunished ? [{ entries, sums: scores.unpunished }] : []));
  return {
    ...joinSums(rollouts.map(({ entries, scores }) => ({ entries, sums: scores }))),
    byFunction: new Map([...byFunction.keys()].map((name) => [name, scores.flatMap((one) => one.byFunction.get(name)!)])),
    parts: parts.map(({ weight }, i) => ({ weight, scores: scores.flatMap((one) => one.parts[i]!.scores) })),
    ...(failures && {
      failures: new Map([...failures.keys()].map((name) => [name, scores.flatMap((one) => one.failures?.get(name) ?? [])])),
    }),
    // A group that a checkpoint kept for replay has none. It was chosen before, and nothing else asks for them.
    ...(unpunished.length === rollouts.length && { unpunished: joinSums(unpunished) }),
  };
}

/** Where one rollout has rewards of tokens, those of the others count at their last tokens. */
function joinSums(parts: readonly (Pick<Scored, "entries"> & { readonly sums: RewardSums })[]): RewardSums {
  const isByToken = parts.some(({ sums }) => sums.byToken);
  const tokensOf = ({ entries, sums: { rewards, byToken } }: (typeof parts)[number]): readonly Float64Array[] =>
    byToken ??
    rewardsAtLastToken(
      rewards,
      entries.map(({ completion }) => completion.ids),
    );
  return { rewards: parts.flatMap(({ sums }) => sums.rewards), byToken: isByToken ? parts.flatMap(tokensOf) : undefined };
}

/** The rewards of some completions; `pick` takes theirs from the list of all. Failures are those of a whole rollout and are left out. */
export function pickRewards(scores: CombinedRewards, pick: <Item>(items: readonly Item[]) => Item[]): CombinedRewards {
  const { byFunction, parts, unpunished } = scores;
  const sums = ({ rewards, byToken }: RewardSums): RewardSums => ({ rewards: pick(rewards), byToken: byToken && pick(byToken) });
  return {
    ...sums(scores),
    byFunction: new Map([...byFunction].map(([name, own]) => [name, pick(own)])),
    parts: parts.map(({ weight, scores: own }) => ({ weight, scores: pick(own) })),
    ...(unpunished && { unpunished: sums(unpunished) }),
  };
}
