/** A reward, or null where a completion was not scored. */
export type Score = number | null;

/** One reward function's scores, apart from the others'. */
export interface RewardPart {
  readonly scores: readonly Score[];
  readonly weight: number;
}

export interface AdvantageInput {
  /** One reward a completion [P * G], the G completions of a prompt side by side: the weighted sum over the reward functions. */
  readonly rewards: readonly Score[];
  /** G. */
  readonly groupSize: number;
  /** The same rewards before they were summed; only `gdpo` looks at them, and takes `rewards` for the only part where they are left out. */
  readonly parts?: readonly RewardPart[];
  /** The k of `pass@k`. */
  readonly k?: number;
  /** What a right answer weighs in `w-reinforce`. */
  readonly lambda?: number;
}

/** What an advantage says of itself. */
export interface AdvantageTraits {
  /** Whether completions of one prompt are compared, so that a single one, or equal ones, teach nothing. */
  readonly comparesWithinGroups: boolean;
  /** Completions of a prompt that it needs, where that is more than the two that a comparison takes. */
  readonly leastCompletions?: (options: { readonly k: number }) => number;
}

/** Rewards to advantages [P * G]. An unscored completion gets 0 and takes no part in any statistic. */
export type Advantage = ((input: AdvantageInput) => Float64Array) & AdvantageTraits;

/** An advantage that compares the completions of one prompt with each other. */
export function withinGroups(
  advantages: (input: AdvantageInput) => Float64Array,
  traits: Omit<AdvantageTraits, "comparesWithinGroups"> = {},
): Advantage {
  return Object.assign(advantages, { comparesWithinGroups: true, ...traits });
}

/** An advantage that a completion has whatever the others of its prompt are like. */
export function withoutGroups(advantages: (input: AdvantageInput) => Float64Array): Advantage {
  return Object.assign(advantages, { comparesWithinGroups: false });
}
