import { quoted } from "../../options/quote.ts";
import { type NamedReward, RewardError, type RewardInput, rewardsOf } from "./reward_function.ts";
import type { RewardScore } from "./token_rewards.ts";

/** A prompt whose completions a reward function could not score. */
export interface RewardFailure {
  /** The name of the function. */
  readonly reward: string;
  readonly prompt: string;
  /** What went wrong, in one line that names the prompt. */
  readonly reason: string;
  /** How many completions have no score because of it. */
  readonly completions: number;
}

export interface IsolatedScores {
  readonly scores: readonly RewardScore[];
  /** Absent where one failure rejects all. */
  readonly failures?: readonly RewardFailure[];
}

/**
 * The scores of a reward function. Where it has `onError` or a `timeout` it is called for one prompt at a time, so that a failure names its
 * prompt and spoils no other. @throws RewardError where a failure is to end the run
 */
export async function isolatedScores(named: NamedReward, input: RewardInput): Promise<IsolatedScores> {
  const { name, onError, timeout } = named;
  if (onError === undefined && timeout === undefined) return { scores: await rewardsOf(named, input) };
  const failures: RewardFailure[] = [];
  const byPrompt = groupsOf(input).map(async ({ begin, end }) => {
    const asked = part(input, begin, end);
    try {
      return await withinTime(rewardsOf(named, asked), named, asked);
    } catch (error) {
      if (onError !== "unscored" || !(error instanceof RewardError)) throw error;
      failures.push({ reward: name, prompt: asked.prompts[0]!, reason: error.message, completions: end - begin });
      return Array.from({ length: end - begin }, () => null);
    }
  });
  return { scores: (await Promise.all(byPrompt)).flat(), failures };
}

/** Rejects where scores take longer than the function may. What a function does after that is not waited for. */
async function withinTime<Value>(scores: Promise<Value>, { name, timeout }: NamedReward, { prompts }: RewardInput): Promise<Value> {
  if (timeout === undefined) return scores;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = tookTooLong(name, timeout, prompts[0]!);
    timer = setTimeout(() => reject(error), timeout * 1000);
  });
  try {
    return await Promise.race([scores, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(name: string, timeout: number, prompt: string): RewardError {
  return new RewardError(
    `Reward function ${quoted(name)} took longer than ${timeout} s on the prompt ${quoted(prompt)}; raise its timeout, or mend it.`,
  );
}

/** The runs of completions of one prompt. */
function groupsOf({ prompts }: RewardInput): { readonly begin: number; readonly end: number }[] {
  const begins = prompts.flatMap((prompt, index) => (index > 0 && prompts[index - 1] === prompt ? [] : [index]));
  return begins.map((begin, group) => ({ begin, end: begins[group + 1] ?? prompts.length }));
}

function part(input: RewardInput, begin: number, end: number): RewardInput {
  const { prompts, completions, completionIds, withoutEnd, columns, state } = input;
  const cut = <Item>(list: readonly Item[]): readonly Item[] => list.slice(begin, end);
  return {
    prompts: cut(prompts),
    completions: cut(completions),
    completionIds: cut(completionIds),
    ...(withoutEnd && { withoutEnd: cut(withoutEnd) }),
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, cut(values)])),
    state,
  };
}
