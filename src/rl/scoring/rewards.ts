import { quoted, reasonOf } from "../../options/quote.ts";
import type { Task } from "../../tasks/task.ts";
import { type AdvantageName, type AdvantageTraits, advantages, type RewardPart, type RewardSums, type Score } from "../advantages/index.ts";
import { average, isScored, standardDeviation } from "../advantages/scores.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { checkRewards } from "./check_rewards.ts";
import { columnsOf } from "./columns.ts";
import { type EndOfCompletions, withoutEnd } from "./end_of_completions.ts";
import { isolatedScores, type RewardFailure } from "./isolated.ts";
import { type NamedReward, RewardError, type RewardInput, scoresOf } from "./reward_function.ts";
import { type RewardScore, rewardsByToken, wholeScore } from "./token_rewards.ts";

export { checkRewards } from "./check_rewards.ts";
export type { RewardFailure } from "./isolated.ts";
export {
  type NamedReward,
  RewardError,
  type RewardFunction,
  type RewardInput,
  type RewardState,
  scoresOf,
} from "./reward_function.ts";
export type { RewardScore } from "./token_rewards.ts";

export interface CombinedRewards extends RewardSums {
  /** Each function's own scores, unweighted. */
  readonly byFunction: ReadonlyMap<string, readonly Score[]>;
  /** The scores of each function with its weight, for advantages that do not start from the sum. */
  readonly parts: readonly RewardPart[];
  /** The failures of each function that is asked to survive them, as `onError` or `timeout` does. */
  readonly failures?: ReadonlyMap<string, readonly RewardFailure[]>;
  /** The sums without the punishment, which is the last of `parts`: they tell right from wrong. Absent where nothing is punished. */
  readonly unpunished?: RewardSums;
}

export interface CombineOptions {
  /** Is added to the sum where a completion has one. */
  readonly punishment?: NamedReward;
  /** What is made of the rewards. */
  readonly advantage?: AdvantageName;
}

/**
 * Joins reward functions into one, which runs them at the same time. Throws when two have one name or none is given. The joined function
 * rejects when one of them returns the wrong number of scores, or a score that is neither a finite number, nor null, nor a list with a finite
 * number for each token; one with `onError: "unscored"` leaves the prompt's completions unscored instead. It also rejects lists that the
 * advantage cannot take.
 */
export function combineRewards(
  functions: readonly NamedReward[],
  { punishment, advantage }: CombineOptions = {},
): (input: RewardInput) => Promise<CombinedRewards> {
  checkRewards(punishment ? [...functions, punishment] : functions);
  return async (input) => {
    const isolated = await Promise.all(functions.map((named) => isolatedScores(named, input)));
    const scored = functions.map(({ name, weight = 1 }, which): Scored => ({ name, weight, scores: isolated[which]!.scores }));
    if (advantage) checkTokenRewards(scored, advantage);
    const unpunished = sumsOf(scored, input);
    const all = punishment ? [...scored, await punish(punishment, unpunished, input)] : scored;
    const whole = all.map((one) => ({ ...one, scores: one.scores.map(wholeScore) }));
    const failures = new Map(scored.flatMap(({ name }, which) => (isolated[which]!.failures ? [[name, isolated[which]!.failures]] : [])));
    return {
      ...(punishment ? sumsOf(all, input) : unpunished),
      byFunction: new Map(whole.map(({ name, scores }) => [name, scores])),
      parts: whole.map(({ weight, scores }) => ({ weight, scores })),
      ...(failures.size > 0 && { failures }),
      ...(punishment && { unpunished }),
    };
  };
}

/** What one reward function returned. */
interface Scored {
  readonly name: string;
  readonly weight: number;
  readonly scores: readonly RewardScore[];
}

function sumsOf(functions: readonly Scored[], { completions, completionIds }: RewardInput): RewardSums {
  const rewards = completions.map((_, i) =>
    weightedSum(functions.map(({ weight, scores }) => ({ weight, score: wholeScore(scores[i]!) }))),
  );
  return { rewards, byToken: rewardsByToken(functions, completionIds) };
}

/** A completion without a score has none of the punishment either: what nobody judged teaches nothing. */
async function punish(punishment: NamedReward, { rewards }: RewardSums, input: RewardInput): Promise<Scored> {
  const { name, weight = 1 } = punishment;
  const scores = await scoresOf(punishment, input);
  return { name, weight, scores: scores.map((score, i) => (rewards[i] === null ? null : score)) };
}

/** @throws RewardError where a function rewards tokens and the advantage takes the functions apart */
function checkTokenRewards(functions: readonly Scored[], advantage: AdvantageName): void {
  const { readsParts }: AdvantageTraits = advantages[advantage];
  const ofTokens = readsParts && functions.find(({ scores }) => scores.some(Array.isArray));
  if (!ofTokens) return;
  throw new RewardError(
    `Reward function ${quoted(ofTokens.name)} returned a list, and grpo.advantage ${advantage} compares scores of whole completions; ` +
      "return one number for each completion, or set another advantage.",
  );
}

/** What tells right completions from wrong ones. */
export function withoutPunishment(scores: RewardSums & Pick<CombinedRewards, "unpunished">): RewardSums {
  return scores.unpunished ?? scores;
}

/** What reward functions get for sampled completions after `step` steps of training; `about` says how the completions were sampled. */
export function rewardInput(entries: readonly RolloutEntry[], step: number, about?: EndOfCompletions): RewardInput {
  const rows = entries.map(({ problem }) => columnsOf(problem));
  const columns = new Set(rows.flatMap((row) => Object.keys(row)));
  return {
    prompts: entries.map(({ prompt }) => prompt),
    completions: entries.map(({ text }) => text),
    completionIds: entries.map(({ completion }) => completion.ids),
    ...(about && { withoutEnd: entries.map((entry) => withoutEnd(entry, about)) }),
    columns: Object.fromEntries([...columns].map((name) => [name, rows.map((row) => row[name])])),
    state: { step, ...(about && { maxNewTokens: about.maxNewTokens }) },
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

/**
 * Mean and unbiased standard deviation of each function's scores, under TRL's names; none of a function that scored nothing. For each
 * function that survives failures the number of completions that have no score because of them.
 */
export function rewardMetrics({
  byFunction,
  failures = new Map(),
}: Pick<CombinedRewards, "byFunction" | "failures">): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, failed] of failures) metrics[`rewards/${name}/failed`] = failed.reduce((sum, { completions }) => sum + completions, 0);
  for (const [name, scores] of byFunction) {
    const scored = scores.filter(isScored);
    if (scored.length === 0) continue;
    metrics[`rewards/${name}/mean`] = average(scored);
    metrics[`rewards/${name}/std`] = standardDeviation(scored);
  }
  return metrics;
}

function weightedSum(parts: readonly { readonly weight: number; readonly score: Score }[]): Score {
  const scored = parts.filter(({ score }) => score !== null);
  return scored.length === 0 ? null : scored.reduce((sum, { weight, score }) => sum + weight * score!, 0);
}

function row(columns: RewardInput["columns"], index: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[index]]));
}
