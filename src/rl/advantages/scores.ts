import { deviation } from "../../report/statistics.ts";
import type { Score } from "./contract.ts";

export { mean as average } from "../../report/statistics.ts";

/** Added to every standard deviation that divides. */
export const EPSILON = 1e-6;

/** Sums of the same weights in another order, such as 0.1 + 0.2 and 0.3, differ by less than this share of themselves. */
const ROUNDING = 1e-9;

/** A reward of 1 or more means a right answer, in advantages and in evaluations. Weights of 0.7, 0.2 and 0.1 sum to 1 but for rounding. */
export function isRight(reward: Score): boolean {
  return (reward ?? 0) >= 1 - ROUNDING;
}

export function isScored(reward: Score): reward is number {
  return reward !== null;
}

/** Splits rewards [P * G] into their P groups. Throws when they do not divide into groups. */
export function groupsOf(rewards: readonly Score[], groupSize: number): Score[][] {
  if (!Number.isInteger(groupSize) || groupSize < 1 || rewards.length === 0 || rewards.length % groupSize !== 0) {
    throw new Error(`${rewards.length} rewards do not divide into groups of ${groupSize}; give one reward or null per completion.`);
  }
  return Array.from({ length: rewards.length / groupSize }, (_, group) => rewards.slice(group * groupSize, (group + 1) * groupSize));
}

/** Advantages group by group. `rule` turns a group's scored rewards into a function from reward to advantage. Equal rewards get 0. */
export function compareWithinGroups(
  { rewards, groupSize }: { readonly rewards: readonly Score[]; readonly groupSize: number },
  rule: (scored: readonly number[]) => (reward: number) => number,
): Float64Array {
  const groups = groupsOf(rewards, groupSize).map((group) => {
    const scored = group.filter(isScored);
    // The mean of equal rewards differs from them by rounding, which a division by 1e-6 would magnify.
    return isConstant(scored) ? group.map(() => 0) : eachScored(group, rule(scored));
  });
  return Float64Array.from(groups.flat());
}

/** Applies `rule` to every scored reward; an unscored one gets 0. */
export function eachScored(rewards: readonly Score[], rule: (reward: number) => number): number[] {
  return rewards.map((reward) => (reward === null ? 0 : rule(reward)));
}

/** Whether all values are equal but for rounding, as fewer than two always are. */
export function isConstant(values: readonly number[]): boolean {
  const first = values[0] ?? 0;
  return values.every((value) => value === first || Math.abs(value - first) <= ROUNDING * Math.max(Math.abs(value), Math.abs(first)));
}

/** A sum, exactly 0 where its terms cancel but for rounding. */
export function sumOf(terms: readonly number[]): number {
  const [sum, size] = terms.reduce(([sum, size], term) => [sum + term, size + Math.abs(term)], [0, 0]);
  return Math.abs(sum) <= ROUNDING * size ? 0 : sum;
}

/** The unbiased standard deviation; 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  return isConstant(values) ? 0 : deviation(values);
}
