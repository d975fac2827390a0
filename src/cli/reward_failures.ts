import type { RewardFailure } from "../rl/scoring/rewards.ts";

/** The most prompts of a step that are named; the metrics count all. */
const MOST_NAMED = 3;

/** Keeps what rewards failed on until somebody shows it. */
export function collectFailures() {
  let kept: RewardFailure[] = [];
  let first: string | undefined;
  return {
    add: (failure: RewardFailure): void => {
      first ??= failure.reason;
      kept.push(failure);
    },
    /** The reason of the first failure of all. */
    first: (): string | undefined => first,
    /** One line for each prompt that a reward failed on since the last call, and one for the others. */
    take: (): readonly string[] => {
      const taken = kept;
      kept = [];
      const lines = taken
        .slice(0, MOST_NAMED)
        .map(({ reason, completions }) => `warning: ${reason} ${completions} completions have no score of it.`);
      const more = taken.length - lines.length;
      return more > 0 ? [...lines, `warning: rewards failed on ${more} more prompts of this step`] : lines;
    },
  };
}
