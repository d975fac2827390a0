import { deviation } from "../../report/statistics.ts";
import type { Score } from "./contract.ts";

export { mean as average } from "../../report/statistics.ts";

/** Added to every standard deviation that divides. */
export const EPSILON = 1e-6;

/** A reward of 1 or more is a right answer, here as in evaluations. */
export function isRight(reward: Score): boolean {
  return (reward ?? 0) >= 1;
}

export function isScored(reward: Score): reward is number {
  return reward !== null;
}

/** The groups of rewards [P * G]. Throws when they do not divide into groups. */
export function groupsOf(rewards: readonly Score[], groupSize: number): Score[][] {
  if (!Number.isInteger(groupSize) || groupSize < 1 || rewards.length === 0 || rewards.length % groupSize !== 0) {
    throw new Error(`${rewards.length} rewards do not divide into groups of ${groupSize}; give one reward or null per completion.`);
  }
  return Array.from({ length: rewards.length / groupSize }, (_, group) => rewards.slice(group * groupSize, (group + 1) * groupSize));
}

/** `rule` makes a function of the reward from the scored rewards of a group; groups with nothing to compare get 0 and no rule. */
export function compareWithinGroups(
  { rewards, groupSize }: { readonly rewards: readonly Score[]; readonly groupSize: number },
  rule: (scored: readonly number[]) => (reward: number) => number,
): Float64Array {
  const groups = groupsOf(rewards, groupSize).map((group) => {
    const scored = group.filter(isScored);
    // Equal rewards differ from their own mean by rounding, which 1e-6 would magnify.
    return isConstant(scored) ? group.map(() => 0) : eachScored(group, rule(scored));
  });
  return Float64Array.from(groups.flat());
}

/** `rule` of every scored reward; 0 for the others. */
export function eachScored(rewards: readonly Score[], rule: (reward: number) => number): number[] {
  return rewards.map((reward) => (reward === null ? 0 : rule(reward)));
}

/** Fewer than two values are constant. */
export function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** Unbiased; 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  return isConstant(values) ? 0 : deviation(values);
}
