import type { Score } from "../advantages/index.ts";

/** The score of a completion; null leaves it unscored. A list has the reward of each of its tokens, and their sum is the score. */
export type RewardScore = Score | readonly number[];

/** Whether a function may return this for a completion of so many tokens. A number beyond float32 would be infinite on the GPU. */
export function isRewardScore(score: unknown, tokens: number): score is RewardScore {
  if (score === null || isFinite32(score)) return true;
  return Array.isArray(score) && score.length === tokens && [...score].every(isFinite32) && isFinite32(wholeScore(score));
}

function isFinite32(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

/** The score of a whole completion. */
export function wholeScore(score: RewardScore): Score {
  return typeof score === "object" && score !== null ? score.reduce((sum, reward) => sum + reward, 0) : score;
}

/**
 * The weighted sum of several functions' rewards for each token [P * G][M]. A function that scores a completion as a whole rewards its last
 * token. Undefined where no function rewards tokens one by one.
 */
export function rewardsByToken(
  functions: readonly { readonly weight: number; readonly scores: readonly RewardScore[] }[],
  completions: readonly { readonly length: number }[],
): Float64Array[] | undefined {
  if (!functions.some(({ scores }) => scores.some(Array.isArray))) return undefined;
  return completions.map(({ length }, i) => {
    const sums = new Float64Array(length);
    for (const { weight, scores } of functions) {
      const score = scores[i]!;
      const own = typeof score === "object" && score !== null ? score : atLastToken(score, length);
      for (const [token, reward] of own.entries()) sums[token]! += weight * reward;
    }
    return sums;
  });
}

/** The same where completions are rewarded as a whole. */
export function rewardsAtLastToken(rewards: readonly Score[], completions: readonly { readonly length: number }[]): Float64Array[] {
  return completions.map(({ length }, i) => Float64Array.from(atLastToken(rewards[i]!, length)));
}

function atLastToken(score: Score, tokens: number): number[] {
  return Array.from({ length: tokens }, (_, token) => (token === tokens - 1 ? (score ?? 0) : 0));
}
