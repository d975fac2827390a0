import { requireFiniteCompletions } from "../../policy/finite_completions.ts";
import type { Sampler } from "../../policy/sampler.ts";
import type { Problem } from "../../tasks/task.ts";
import { isRight, type Score } from "../advantages/index.ts";
import type { PolicyModel } from "../model.ts";
import { keysOf, type SequenceKeys } from "../sampling/keys.ts";
import { type RolloutEntry, rollout, sampledEntropy } from "../sampling/rollout.ts";
import { type NamedReward, rewardInput, scoresOf } from "../scoring/rewards.ts";

/** All measurements of a problem share its keys, so that two policies or temperatures differ by less than independent draws would. */
const keysOfProblems = (completions: number): SequenceKeys => keysOf("evaluation", 0, completions);

/** Scores completions outside of training. */
type ScoreEntries = (entries: readonly RolloutEntry[]) => Promise<readonly Score[]>;

/** Scores completions by one reward function. */
export function scoredBy(reward: NamedReward): ScoreEntries {
  return (entries) => scoresOf(reward, rewardInput(entries, 0));
}

/** What is measured on: a policy's completions, as its task scores them. */
export interface Measuring {
  readonly model: PolicyModel;
  readonly seed: number;
  readonly score: ScoreEntries;
}

export interface MeasureOptions {
  readonly sampler: Sampler;
  readonly problems: readonly Problem[];
  readonly completions: number;
  /** In place of the sampler's own; 0: greedy. */
  readonly temperature?: number;
}

/** Completions of some problems, scored. */
export interface Measured {
  readonly entries: readonly RolloutEntry[];
  readonly rewards: readonly Score[];
  /** Whether each completion is right. A reward of 1 or more is a pass. */
  readonly passed: readonly boolean[];
  /** Right completions of each problem. */
  readonly right: readonly number[];
  /** Mean entropy of the sampled tokens at the temperature of the draw, in nats. */
  readonly entropy: number;
}

/** Samples and scores completions. @throws NotFiniteError where the model's logits are not finite */
export async function measure({ model, seed, score }: Measuring, options: MeasureOptions): Promise<Measured> {
  const { problems, completions } = options;
  const entries = await rollout({ tokenizer: model.tokenizer, seed, keys: keysOfProblems(problems.length * completions), ...options });
  requireFiniteCompletions(entries.map(({ completion }) => completion));
  const rewards = await score(entries);
  const passed = rewards.map(isRight);
  const right = problems.map((_, p) => passed.slice(p * completions, (p + 1) * completions).filter(Boolean).length);
  return { entries, rewards, passed, right, entropy: sampledEntropy(entries) };
}
