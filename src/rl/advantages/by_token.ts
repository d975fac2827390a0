import type { Advantage, AdvantageOptions, Score } from "./contract.ts";

/**
 * Advantages of every token [P * G][M] from rewards of every token, for any advantage of whole completions. At each position the advantage
 * compares what the completions of a group still earn from there on (the reward to go). Those that have ended are not compared:
 *
 *   G_t = sum over u >= t of r_u
 *   A_t = advantage(G_t of the completions with a token t)
 *
 * At the first token this is the advantage of the whole completions. A completion without a score is compared nowhere.
 */
export function advantagesByToken(advantage: Advantage, { rewards, byToken }: TokenRewards, options: AdvantageOptions): Float64Array[] {
  const toGo = byToken.map(rewardsToGo);
  const result = byToken.map(({ length }) => new Float64Array(length));
  const longest = byToken.reduce((most, { length }) => Math.max(most, length), 0);
  for (let t = 0; t < longest; t += 1) {
    const left = toGo.map((own, i): Score => (rewards[i] === null ? null : (own[t] ?? null)));
    const advantages = advantage({ ...options, rewards: left });
    for (const [i, own] of result.entries()) if (t < own.length) own[t] = advantages[i]!;
  }
  return result;
}

interface TokenRewards {
  /** The rewards of whole completions [P * G]. */
  readonly rewards: readonly Score[];
  readonly byToken: readonly ArrayLike<number>[];
}

/** What is still earned from each token on. */
export function rewardsToGo(rewards: ArrayLike<number>): Float64Array {
  const sums = Float64Array.from(rewards);
  for (let t = sums.length - 2; t >= 0; t -= 1) sums[t]! += sums[t + 1]!;
  return sums;
}
