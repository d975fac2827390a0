import { ConfigError, isMapping, refusal } from "../../options/problems.ts";
import { quoted, reasonOf } from "../../options/quote.ts";
import type { Task } from "../../tasks/task.ts";
import type { RewardPart, Score } from "../advantages/index.ts";
import { average, isScored, standardDeviation } from "../advantages/scores.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { isRewardScore, type RewardScore, rewardsByToken, wholeScore } from "./token_rewards.ts";

/** What a reward function gets. Each list has one entry for every completion, as in TRL. */
export interface RewardInput {
  readonly prompts: readonly string[];
  readonly completions: readonly string[];
  readonly completionIds: readonly ArrayLike<number>[];
  /** The dataset's columns beside the prompt, repeated for every completion of a prompt. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly state: RewardState;
}

/** Where training stands. */
export interface RewardState {
  readonly step: number;
  readonly [key: string]: unknown;
}

/** Returns the scores of completions, or a promise of them. */
export type RewardFunction = (input: RewardInput) => readonly RewardScore[] | Promise<readonly RewardScore[]>;

/** A reward function under the name it has in metrics (`rewards/NAME/mean`), with its weight in the sum (default 1). */
export interface NamedReward {
  readonly name: string;
  readonly reward: RewardFunction;
  readonly weight?: number;
}

export interface CombinedRewards {
  /** Weighted sum per completion over the functions that scored it; null where none did. */
  readonly rewards: readonly Score[];
  /** Each function's own scores, unweighted. */
  readonly byFunction: ReadonlyMap<string, readonly Score[]>;
  /** The scores of each function with its weight, for advantages that do not start from the sum. */
  readonly parts: readonly RewardPart[];
  /** The weighted sum for each token of a completion; undefined where no function rewards tokens. */
  readonly byToken?: readonly Float64Array[] | undefined;
}

/**
 * Joins reward functions into one, which runs them at the same time. Throws when two have one name or none is given. The joined function
 * rejects when one of them returns the wrong number of scores, or a score that is neither a finite number nor null.
 */
export function combineRewards(functions: readonly NamedReward[]): (input: RewardInput) => Promise<CombinedRewards> {
  checkRewards(functions);
  const names = functions.map(({ name }) => name);
  return async (input) => {
    const given = await Promise.all(functions.map((named) => rewardsOf(named, input)));
    const scores = given.map((own) => own.map(wholeScore));
    const rewards = input.completions.map((_, index) =>
      weightedSum(functions.map(({ weight = 1 }, which) => ({ weight, score: scores[which]![index]! }))),
    );
    const byFunction = new Map(names.map((name, which) => [name, scores[which]!]));
    const parts = functions.map(({ weight = 1 }, which) => ({ weight, scores: scores[which]! }));
    const weighted = functions.map(({ weight = 1 }, which) => ({ weight, scores: given[which]! }));
    return { rewards, byFunction, parts, byToken: rewardsByToken(weighted, input.completionIds) };
  };
}

/** Refuses rewards that are none. @throws ConfigError where none is given, one is no function, a weight no number, or two have one name */
export function checkRewards(functions: readonly NamedReward[]): void {
  if (functions.length === 0) throw new ConfigError(["no reward function is given; give a task or at least one function in rewards"]);
  for (const [index, given] of functions.entries()) {
    // The types of a program in JavaScript say nothing.
    const { name, reward, weight = 1 }: Partial<NamedReward> = isMapping(given) ? given : {};
    if (typeof reward !== "function")
      throw new ConfigError([refusal(`rewards.${index}`, given, "a function, or { name, reward, weight }")]);
    if (typeof name !== "string" || name === "") throw new ConfigError([refusal(`rewards.${index}.name`, name, "a text")]);
    if (typeof weight !== "number" || !Number.isFinite(Math.fround(weight)))
      throw new ConfigError([refusal(`rewards.${index}.weight`, weight, "a finite number")]);
  }
  const names = functions.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new ConfigError([`two reward functions are named ${quoted(repeated)}; metrics need different names`]);
}

/** What reward functions get for sampled completions after `step` steps of training. */
export function rewardInput(entries: readonly RolloutEntry[], step: number): RewardInput {
  const columns = new Set(entries.flatMap(({ problem }) => Object.keys(problem)));
  columns.delete("prompt");
  return {
    prompts: entries.map(({ problem }) => problem.prompt),
    completions: entries.map(({ text }) => text),
    completionIds: entries.map(({ completion }) => completion.ids),
    columns: Object.fromEntries([...columns].map((name) => [name, entries.map(({ problem }) => problem[name])])),
    state: { step },
  };
}

/** A task's own reward as a reward function under the task's name. */
export function taskReward(task: Task): NamedReward {
  return {
    name: task.name,
    reward: ({ prompts, completions, columns }) =>
      completions.map((completion, index) => {
        const prompt = prompts[index]!;
        try {
          return task.reward({ ...row(columns, index), prompt }, completion);
        } catch (error) {
          const place = `The reward of the task ${quoted(task.name)} failed on the prompt ${quoted(prompt)}`;
          throw new RewardError(`${place}: ${reasonOf(error)}; it must not throw on what a model writes.`, { cause: error });
        }
      }),
  };
}

/** Mean and unbiased standard deviation of each function's scores, under TRL's names; none of a function that scored nothing. */
export function rewardMetrics({ byFunction }: Pick<CombinedRewards, "byFunction">): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, scores] of byFunction) {
    const scored = scores.filter(isScored);
    if (scored.length === 0) continue;
    metrics[`rewards/${name}/mean`] = average(scored);
    metrics[`rewards/${name}/std`] = standardDeviation(scored);
  }
  return metrics;
}

/** A reward function that threw, or that returned something else than one score for each completion; its own error is the cause. */
export class RewardError extends Error {
  override readonly name = "RewardError";
}

/** The scores that one reward function gives. @throws RewardError naming the function, the completion and its prompt */
export async function scoresOf(named: NamedReward, input: RewardInput): Promise<readonly Score[]> {
  return (await rewardsOf(named, input)).map(wholeScore);
}

/** What one reward function returns, checked. */
async function rewardsOf({ name, reward }: NamedReward, input: RewardInput): Promise<readonly RewardScore[]> {
  const place = `Reward function ${quoted(name)}`;
  const scores: unknown = await runReward(place, reward, input);
  const expected = input.completions.length;
  if (!Array.isArray(scores) || scores.length !== expected) {
    const given = Array.isArray(scores) ? `${scores.length} scores` : quoted(scores);
    throw new RewardError(`${place} returned ${given} for ${expected} completions; return an array with one number or null each.`);
  }
  // Holes of a list are found too.
  const wrong = scores.findIndex((score, i) => !isRewardScore(score, input.completionIds[i]?.length ?? 0));
  if (wrong >= 0) {
    throw new RewardError(
      `${place} returned ${quoted(scores[wrong])} for completion ${wrong} (${quoted(input.completions[wrong])}) of the prompt ` +
        `${quoted(input.prompts[wrong])}; return ${needed(scores[wrong], input.completionIds[wrong])}.`,
    );
  }
  return scores as RewardScore[];
}

function needed(score: unknown, ids: ArrayLike<number> | undefined): string {
  return Array.isArray(score)
    ? `a finite number for each of its ${ids?.length ?? 0} tokens`
    : "a finite number, or null to leave it unscored";
}

async function runReward(place: string, reward: RewardFunction, input: RewardInput): Promise<unknown> {
  try {
    return await reward(input);
  } catch (error) {
    if (error instanceof RewardError) throw error;
    throw new RewardError(`${place} failed on ${aboutPrompts(input)}: ${reasonOf(error)}; mend it, or let it return null there.`, {
      cause: error,
    });
  }
}

function aboutPrompts({ prompts }: RewardInput): string {
  const different = new Set(prompts).size;
  return different === 1 ? `the prompt ${quoted(prompts[0])}` : `one of ${different} prompts, the first ${quoted(prompts[0])}`;
}

function weightedSum(parts: readonly { readonly weight: number; readonly score: Score }[]): Score {
  const scored = parts.filter(({ score }) => score !== null);
  return scored.length === 0 ? null : scored.reduce((sum, { weight, score }) => sum + weight * score!, 0);
}

function row(columns: RewardInput["columns"], index: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[index]]));
}
