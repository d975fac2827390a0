/** A reward, or null where a completion was not scored. */
export type Score = number | null;

/**
 * How rewards become advantages. R: reward, mean and std (unbiased) over the scored completions of a group of G.
 * - grpo (group): (R - mean) / (std + 1e-6)
 * - dr-grpo (none): R - mean
 * - batch: (R - mean) / (std of the whole batch + 1e-6)
 * - rloo: R minus the mean of the other completions = G / (G - 1) * (R - mean)
 */
export const ADVANTAGE_KINDS = ["grpo", "group", "dr-grpo", "none", "batch", "rloo"] as const;
export type AdvantageKind = (typeof ADVANTAGE_KINDS)[number];

const EPSILON = 1e-6;

/**
 * Advantages [P * G] of rewards [P * G], the G completions of a prompt side by side. An unscored completion gets 0 and takes no part in
 * its group's statistics; so does the only scored one of a group. Throws when the rewards do not divide into groups.
 */
export function groupAdvantages(rewards: readonly Score[], groupSize: number, kind: AdvantageKind = "grpo"): Float64Array {
  const advantages = new Float64Array(rewards.length);
  const batchDeviation = standardDeviation(rewards.filter(isScored));
  groupsOf(rewards, groupSize).forEach((group, index) => {
    const scored = group.filter(isScored);
    // Equal rewards differ from their own mean by rounding, which 1e-6 would magnify.
    if (scored.length < 2 || isConstant(scored)) return;
    const mean = average(scored);
    const scale = advantageScale(kind, scored, batchDeviation);
    group.forEach((reward, member) => {
      if (reward !== null) advantages[index * groupSize + member] = (reward - mean) * scale;
    });
  });
  return advantages;
}

function advantageScale(kind: AdvantageKind, scored: readonly number[], batchDeviation: number): number {
  switch (kind) {
    case "grpo":
    case "group":
      return 1 / (standardDeviation(scored) + EPSILON);
    case "batch":
      return 1 / (batchDeviation + EPSILON);
    case "rloo":
      return scored.length / (scored.length - 1);
    case "dr-grpo":
    case "none":
      return 1;
  }
}

/** What a batch's rewards say about learning, under TRL's names. */
export interface RewardStatistics {
  /** Mean over the scored completions; NaN where there are none. */
  readonly reward: number;
  /** Mean over the groups of their unbiased standard deviation. */
  readonly reward_std: number;
  /** Share of groups without any spread: their advantages are 0 and they teach nothing. */
  readonly frac_reward_zero_std: number;
}

/** Statistics of rewards [P * G]. Throws when the rewards do not divide into groups. */
export function rewardStatistics(rewards: readonly Score[], groupSize: number): RewardStatistics {
  const groups = groupsOf(rewards, groupSize).map((group) => group.filter(isScored));
  return {
    reward: average(rewards.filter(isScored)),
    reward_std: average(groups.map(standardDeviation)),
    frac_reward_zero_std: groups.filter(isConstant).length / groups.length,
  };
}

function groupsOf(rewards: readonly Score[], groupSize: number): Score[][] {
  if (!Number.isInteger(groupSize) || groupSize < 1 || rewards.length === 0 || rewards.length % groupSize !== 0) {
    throw new Error(`${rewards.length} rewards do not divide into groups of ${groupSize}; give one reward or null per completion.`);
  }
  return Array.from({ length: rewards.length / groupSize }, (_, group) => rewards.slice(group * groupSize, (group + 1) * groupSize));
}

function isScored(reward: Score): reward is number {
  return reward !== null;
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Unbiased; 0 for fewer than two values. */
function standardDeviation(values: readonly number[]): number {
  if (values.length < 2 || isConstant(values)) return 0;
  const mean = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
