import { quoted, reasonOf } from "../../options/quote.ts";
import type { Score } from "../advantages/index.ts";
import { isRewardScore, type RewardScore, wholeScore } from "./token_rewards.ts";

/** What a reward function gets. Each list has one entry for every completion, as in TRL. */
export interface RewardInput {
  readonly prompts: readonly string[];
  readonly completions: readonly string[];
  readonly completionIds: readonly ArrayLike<number>[];
  /** The completions without the token or the stop text that ended them; the completions themselves where it is left out. */
  readonly withoutEnd?: readonly string[];
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
  /** The column that it compares with. Where no problem has it, the reward is refused before anything is scored. */
  readonly column?: string;
  /**
   * Where it is given, the function is called for the completions of one prompt at a time, and a failure names its prompt. `unscored` leaves
   * these completions without a score, and counts them in `rewards/NAME/failed`; `stop` rejects.
   */
  readonly onError?: "unscored" | "stop";
  /** The most seconds that the completions of one prompt may take. Where it is given, the function is called prompt by prompt too. */
  readonly timeout?: number;
}

/** A reward function that threw, or that returned something else than one score for each completion; its own error is the cause. */
export class RewardError extends Error {
  override readonly name = "RewardError";
}

/** The scores that one reward function gives. @throws RewardError naming the function, the completion and its prompt */
export async function scoresOf(named: NamedReward, input: RewardInput): Promise<readonly Score[]> {
  return (await rewardsOf(named, input)).map(wholeScore);
}

/** What one reward function returns, checked. @throws RewardError as `scoresOf` does */
export async function rewardsOf({ name, reward }: NamedReward, input: RewardInput): Promise<readonly RewardScore[]> {
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
      `${place} returned ${shown(scores[wrong])} for completion ${wrong} (${quoted(input.completions[wrong])}) of the prompt ` +
        `${quoted(input.prompts[wrong])}; return ${needed(scores[wrong], input.completionIds[wrong])}.`,
    );
  }
  return scores as RewardScore[];
}

const FINITE = "a finite number (in 32 bits: up to 3.4e38)";

function needed(score: unknown, ids: ArrayLike<number> | undefined): string {
  return Array.isArray(score) ? `${FINITE} for each of its ${ids?.length ?? 0} tokens` : `${FINITE}, or null to leave it unscored`;
}

/** Of other types than JSON's a bigint looks like a number. */
function shown(score: unknown): string {
  return typeof score === "bigint" ? `the bigint ${score}n` : quoted(score);
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
