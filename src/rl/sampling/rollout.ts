import { encodePrompt, promptText } from "../../data/prompt.ts";
import type { Tokenizer } from "../../data/tokenizer.ts";
import type { Completion, Sampler } from "../../policy/sampler.ts";
import type { Problem } from "../../tasks/task.ts";
import { type SequenceKeys, seedOf } from "./keys.ts";

/** One completion of one problem. */
export interface RolloutEntry {
  readonly problem: Problem;
  /** The prompt as the model sees it, as text. */
  readonly prompt: string;
  readonly promptIds: readonly number[];
  readonly completion: Completion;
  /** The completion as text, its end mark included. */
  readonly text: string;
}

export interface RolloutOptions {
  readonly sampler: Sampler;
  readonly tokenizer: Tokenizer;
  readonly problems: readonly Problem[];
  /** Completions of each problem, side by side in the result. */
  readonly completions: number;
  readonly seed: number;
  readonly keys: SequenceKeys;
  /** In place of the sampler's own. */
  readonly temperature?: number | undefined;
}

/** Samples completions of problems: `completions` of the first problem, then of the second, and so on. */
export async function rollout(options: RolloutOptions): Promise<RolloutEntry[]> {
  const { tokenizer, completions, seed, keys, temperature } = options;
  const prompts = options.problems.flatMap((problem) => {
    const one = { problem, prompt: promptText(tokenizer, problem.prompt), ids: encodePrompt(tokenizer, problem.prompt) };
    return Array.from({ length: completions }, () => one);
  });
  const keyed = prompts.map(({ ids }, i) => ({ ids, key: keys.first + i }));
  const results = await options.sampler.generate(keyed, seedOf(seed, keys), { temperature });
  return results.map((completion, i) => ({
    problem: prompts[i]!.problem,
    prompt: prompts[i]!.prompt,
    promptIds: prompts[i]!.ids,
    completion,
    text: tokenizer.decode(completion.ids, { specialTokens: true }),
  }));
}

/** Mean entropy over all sampled tokens, in nats. */
export function sampledEntropy(entries: readonly RolloutEntry[]): number {
  let sum = 0;
  let count = 0;
  for (const { completion } of entries) {
    for (const entropy of completion.entropies) sum += entropy;
    count += completion.entropies.length;
  }
  return sum / Math.max(1, count);
}
