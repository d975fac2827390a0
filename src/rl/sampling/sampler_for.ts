import { encodePrompt } from "../../data/prompt.ts";
import { endingsOf } from "../../data/stops.ts";
import type { Tokenizer } from "../../data/tokenizer.ts";
import type { Device } from "../../gpu/device.ts";
import type { CacheStorage } from "../../ops/cache_storage.ts";
import { createSampler, type Sampler, type SamplingOptions } from "../../policy/sampler.ts";
import type { Problem } from "../../tasks/task.ts";
import type { SampledModel } from "../model.ts";

export interface SamplerForOptions {
  readonly device: Device;
  readonly model: SampledModel;
  /** Tokens of the longest prompt that may be given, which decides how much memory a sequence takes. */
  readonly longestPrompt: number;
  /** How many completions are wanted at a time. */
  readonly completions: number;
  /** How many completions of one prompt follow one another, as a rule. Default: 1. */
  readonly perPrompt?: number;
  /** The most sequences sampled at once. Completions do not depend on it, but for last bits with the kernels for GPUs. */
  readonly sequencesAtOnce?: number | undefined;
  /** Longest completion, in tokens. */
  readonly maxNewTokens: number;
  readonly sampling: SamplingOptions;
  readonly cacheStorage?: CacheStorage;
  /** Texts that end a completion. */
  readonly stop: readonly string[];
}

/** The most sequences sampled at once where memory does not bound them: more hardly run faster together. */
export const MOST_SEQUENCES = 512;

/** The most rows of prompts in one pass, where no single prompt is longer: more take memory and hardly time. */
const MOST_PROMPT_ROWS = 2048;

/**
 * Room for the prompts of so many sequences, of which `perPrompt` continue the same one: for twice as many prompts as these take together,
 * because a prompt stays until the last of its sequences has ended.
 */
export function promptRoom(sequences: number, perPrompt: number, longest: number): { promptSlots: number; promptRows: number } {
  const promptSlots = Math.min(sequences, 2 * Math.ceil(sequences / perPrompt));
  return { promptSlots, promptRows: Math.min(promptSlots * longest, Math.max(longest, MOST_PROMPT_ROWS)) };
}

/** Sampling options that leave every token as probable as the policy makes it. */
export const FULL_DISTRIBUTION = { topK: 0, topP: 1 } as const;

/**
 * A sampler with room for any of the prompts that were measured.
 * @throws ConfigError when a token that ends a completion is none of the model
 */
export function samplerFor({
  device,
  model,
  longestPrompt: longest,
  stop,
  sampling,
  perPrompt = 1,
  ...options
}: SamplerForOptions): Promise<Sampler> {
  const sequences = Math.min(options.sequencesAtOnce ?? MOST_SEQUENCES, options.completions);
  return createSampler({
    device,
    model: model.module,
    sequences,
    ...promptRoom(sequences, perPrompt, longest),
    maxLength: longest + options.maxNewTokens,
    maxNewTokens: options.maxNewTokens,
    sampling,
    cacheStorage: options.cacheStorage ?? "f32",
    ...endingsOf(model, stop),
  });
}

const lengths = new WeakMap<Tokenizer, WeakMap<readonly Problem[], number>>();

/** Tokens of the longest prompt of some problems; at least 1. It is remembered, because many parts of a run ask for it. */
export function longestPrompt({ tokenizer }: SampledModel, problems: readonly Problem[]): number {
  const known = lengths.get(tokenizer) ?? new WeakMap<readonly Problem[], number>();
  lengths.set(tokenizer, known);
  const longest = known.get(problems) ?? problems.reduce((most, { prompt }) => Math.max(most, encodePrompt(tokenizer, prompt).length), 1);
  known.set(problems, longest);
  return longest;
}
