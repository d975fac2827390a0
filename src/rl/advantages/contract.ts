/** A reward, or null where a completion was not scored. */
export type Score = number | null;

/** The scores that one reward function gave. */
export interface RewardPart {
  readonly scores: readonly Score[];
  readonly weight: number;
}

/** Rewards of completions [P * G], summed over the reward functions by weight. */
export interface RewardSums {
  /** Null where no function scored a completion. */
  readonly rewards: readonly Score[];
  /** The sum for each token of a completion; undefined where no function rewards tokens. */
  readonly byToken?: readonly Float64Array[] | undefined;
}

/** Entropies in nats per token between which `gepo` leaves a group alone, and the factor of what it damps outside them. */
export interface EntropyBand {
  readonly low: number;
  readonly high: number;
  readonly damping: number;
}

export interface AdvantageInput {
  /** One reward for each completion [P * G], summed over the reward functions by weight. The G completions of a prompt stand side by side. */
  readonly rewards: readonly Score[];
  /** G, the completions of one prompt. */
  readonly groupSize: number;
  /** The scores of each reward function before the sum. Only `gdpo` reads them; without them it takes `rewards` as its one part. */
  readonly parts?: readonly RewardPart[];
  /** The k of `pass@k`. */
  readonly k?: number;
  /** What a right answer weighs in `w-reinforce`. */
  readonly lambda?: number;
  /** The mean entropy of the tokens that were sampled for each prompt [P]. Only `gepo` reads them; without them it damps nothing. */
  readonly groupEntropies?: ArrayLike<number>;
  /** The band of `gepo`. */
  readonly band?: EntropyBand;
}

/** Everything but the rewards themselves. */
export type AdvantageOptions = Omit<AdvantageInput, "rewards" | "parts">;

/** What an advantage says of itself. */
export interface AdvantageTraits {
  /** Whether it compares the completions of one prompt. A single completion then teaches nothing, and neither do equal rewards. */
  readonly comparesWithinGroups: boolean;
  /** How many completions of a prompt it needs. Left out: the two that a comparison takes. */
  readonly leastCompletions?: (options: { readonly k: number }) => number;
  /** Whether it takes the reward functions apart. It then has no use for rewards of tokens, which are there as a sum alone. */
  readonly readsParts?: boolean;
}

/** Turns rewards into advantages [P * G]. An unscored completion gets 0 and takes no part in any statistic. */
export type Advantage = ((input: AdvantageInput) => Float64Array) & AdvantageTraits;

/** An advantage that compares the completions of one prompt with each other. */
export function withinGroups(
  advantages: (input: AdvantageInput) => Float64Array,
  traits: Omit<AdvantageTraits, "comparesWithinGroups"> = {},
): Advantage {
  return Object.assign(advantages, { comparesWithinGroups: true, ...traits });
}

/** An advantage that does not compare the completions of one prompt with each other. */
export function withoutGroups(advantages: (input: AdvantageInput) => Float64Array): Advantage {
  return Object.assign(advantages, { comparesWithinGroups: false });
}
