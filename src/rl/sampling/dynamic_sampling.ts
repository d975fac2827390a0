import type { Problem } from "../../tasks/task.ts";
import { groupsThatTeach, type TeachingOptions } from "../advantages/teaching.ts";
import { joinRewards, pickRewards } from "../scoring/joined_rewards.ts";
import { type CombinedRewards, withoutPunishment } from "../scoring/rewards.ts";
import { keysOf, type SequenceKeys } from "./keys.ts";
import { problemsOfStep } from "./prompts.ts";
import type { RolloutEntry } from "./rollout.ts";

/** Completions with their scores, the completions of a problem side by side. */
export interface ScoredRollout {
  readonly entries: readonly RolloutEntry[];
  readonly scores: CombinedRewards;
}

/** One step's completions. */
export interface Sampled {
  /** Those to learn from: always as many groups as the step has prompts. */
  readonly trained: ScoredRollout;
  /** All that were sampled, which is more where groups were left out. */
  readonly all: ScoredRollout;
  /** Rollouts that the step took. */
  readonly rounds: number;
  /** Share of the sampled groups that are learned from and teach. */
  readonly keptFraction: number;
}

export interface SamplingOptions extends TeachingOptions {
  readonly problems: readonly Problem[];
  readonly seed: number;
  readonly step: number;
  /** Problems of a step. */
  readonly prompts: number;
  /** Most further rollouts of a step in search of groups that teach; 0 takes the first rollout as it is. */
  readonly extraRounds: number;
  /** Samples and scores completions of problems. */
  readonly rollout: (problems: readonly Problem[], keys: SequenceKeys) => Promise<ScoredRollout>;
}

/** A step has keys for so many further rounds. */
export const MOST_EXTRA_ROUNDS = 16;

/**
 * The completions of a step, with dynamic sampling (DAPO, Yu et al. 2025, arXiv 2503.14476, section 3.2) where it is asked for: groups
 * that teach nothing are replaced by groups of further problems, at most `extraRounds` times. What is then still missing is filled with the
 * groups that were left out, in their order. Everything follows from seed and step, so that a resumed run samples the same.
 */
export async function sampleStep(options: SamplingOptions): Promise<Sampled> {
  const { prompts, completions, step, extraRounds } = options;
  const problems = problemsOfStep(options.problems, { seed: options.seed, step, count: prompts });
  const first = await options.rollout(problems, keysOf("step", step, prompts * completions));
  const rounds: [ScoredRollout, ...ScoredRollout[]] = [first];
  let teaching = teachingGroups(first, options).length;
  const drawn = new Set(problems);
  while (teaching < prompts && rounds.length <= extraRounds) {
    const further = furtherProblems(options, { drawn, round: rounds.length, count: prompts - teaching });
    if (further.length === 0) break;
    const keys = keysOf("extra", step * MOST_EXTRA_ROUNDS + rounds.length - 1, prompts * completions);
    const round = await options.rollout(further, keys);
    rounds.push(round);
    teaching += teachingGroups(round, options).length;
  }
  const all = joined(rounds);
  const trained = extraRounds === 0 ? all : chosen(all, options);
  const keptFraction = (Math.min(teaching, prompts) * completions) / all.entries.length;
  return { trained, all, rounds: rounds.length, keptFraction };
}

/** Problems that the step has not drawn yet, in an order of the round's own. They are fewer than `count` only where the task has no more. */
function furtherProblems(
  { problems, seed, step }: SamplingOptions,
  { drawn, round, count }: { drawn: Set<Problem>; round: number; count: number },
): Problem[] {
  const own = seed ^ Math.imul(step + 1, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b);
  // An epoch from its beginning has every problem once.
  const order = problemsOfStep(problems, { seed: own, step: 0, count: problems.length });
  const further = order.filter((problem) => !drawn.has(problem)).slice(0, count);
  for (const problem of further) drawn.add(problem);
  return further;
}

/**
 * Indices of the groups that teach. A group of which `maskTruncated` leaves nothing does not. Nor does one whose rewards differ by the
 * punishment of length alone, as in DAPO, which keeps the groups with right and wrong answers: groups of wrong answers, some of them long,
 * would take the place of groups that teach what is right.
 */
export function teachingGroups({ entries, scores }: ScoredRollout, options: TeachingOptions): number[] {
  const { completions, maskTruncated = false } = options;
  const parts = scores.unpunished ? scores.parts.slice(0, -1) : scores.parts;
  const teaching = groupsThatTeach({ ...withoutPunishment(scores), parts }, options);
  if (!maskTruncated) return teaching;
  const isWhole = ({ completion }: RolloutEntry): boolean => completion.finishReason !== "length";
  return teaching.filter((group) => entries.slice(group * completions, (group + 1) * completions).some(isWhole));
}

/** The first groups that teach, then the others. */
function chosen(all: ScoredRollout, options: SamplingOptions): ScoredRollout {
  const { prompts, completions } = options;
  const teaching = new Set(teachingGroups(all, options));
  const groups = Array.from({ length: all.entries.length / completions }, (_, group) => group);
  const kept = [...teaching, ...groups.filter((group) => !teaching.has(group))].slice(0, prompts).sort((a, b) => a - b);
  return groupsOf(all, kept, completions);
}

/** Some groups of a rollout, in the order of `groups`. */
export function groupsOf(all: ScoredRollout, groups: readonly number[], completions: number): ScoredRollout {
  const rows = groups.flatMap((group) => Array.from({ length: completions }, (_, i) => group * completions + i));
  const pick = <Item>(items: readonly Item[]): Item[] => rows.map((row) => items[row]!);
  return { entries: pick(all.entries), scores: pickRewards(all.scores, pick) };
}

/** Several rollouts as one. */
export function joined(rounds: readonly [ScoredRollout, ...ScoredRollout[]]): ScoredRollout {
  return { entries: rounds.flatMap(({ entries }) => entries), scores: joinRewards(rounds) };
}
