/** What the host knows of a step before its first update, for laws that follow more than the entropy of all tokens. */
export interface StepSignals {
  /** The share of the run's steps that are done: 0 in the first step, below 1 in the last. */
  readonly progress: number;
  /** The share of the sampled groups that teach: with most advantages those whose rewards differ. */
  readonly spread: number;
  /** Mean entropy of the sampled tokens with an advantage above 0, in nats; undefined where there are none. */
  readonly right: number | undefined;
  /** The same of those with an advantage below 0. */
  readonly wrong: number | undefined;
  /** Completions of a group. */
  readonly completions: number;
  /** Mean length of the completions that are learned from, in tokens; undefined where there are none. */
  readonly length: number | undefined;
}
