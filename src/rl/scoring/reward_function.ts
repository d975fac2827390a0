import { quoted, reasonOf } from "../../options/quote.ts";
import type { Score } from "../advantages/index.ts";

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

/** Returns the scores of completions, or a promise of them. null leaves a completion unscored. */
export type RewardFunction = (input: RewardInput) => readonly Score[] | Promise<readonly Score[]>;

/** A reward function under the name it has in metrics (`rewards/NAME/mean`), with its weight in the sum (default 1). */
export interface NamedReward {
  readonly name: string;
  readonly reward: RewardFunction;
  readonly weight?: number;
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

/** What one reward function returns, checked. @throws RewardError naming the function, the completion and its prompt */
export async function scoresOf({ name, reward }: NamedReward, input: RewardInput): Promise<readonly Score[]> {
  const place = `Reward function ${quoted(name)}`;
  const scores: unknown = await runReward(place, reward, input);
  const expected = input.completions.length;
  if (!Array.isArray(scores) || scores.length !== expected) {
    const given = Array.isArray(scores) ? `${scores.length} scores` : quoted(scores);
    throw new RewardError(`${place} returned ${given} for ${expected} completions; return an array with one number or null each.`);
  }
  // A score beyond float32 would be infinite on the GPU. Holes of a list are found too.
  const wrong = scores.findIndex((score) => score !== null && !(typeof score === "number" && Number.isFinite(Math.fround(score))));
  if (wrong >= 0) {
    throw new RewardError(
      `${place} returned ${quoted(scores[wrong])} for completion ${wrong} (${quoted(input.completions[wrong])}) of the prompt ` +
        `${quoted(input.prompts[wrong])}; return a finite number, or null to leave it unscored.`,
    );
  }
  return scores as Score[];
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
