import type { Device } from "../../gpu/device.ts";
import { ConfigError, refusal } from "../../options/problems.ts";
import { createSampler, type Sampler, type SamplingOptions } from "../../policy/sampler.ts";
import type { PolicyModel } from "../model.ts";

export interface SamplerForOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  /** Every prompt that may be given; the longest decides how much memory a sequence takes. */
  readonly prompts: readonly string[];
  /** How many completions are wanted at a time. */
  readonly completions: number;
  /** The most sequences sampled at once. Completions do not depend on it. */
  readonly sequencesAtOnce?: number | undefined;
  /** Longest completion, in tokens. */
  readonly maxNewTokens: number;
  readonly sampling: SamplingOptions;
  /** Text of one token that ends a completion; where it is empty, no text does. */
  readonly stop: string;
}

/** The most sequences sampled at once where memory does not bound them: more hardly run faster together. */
export const MOST_SEQUENCES = 512;

/** Sampling options that leave every token as probable as the policy makes it. */
export const FULL_DISTRIBUTION = { topK: 0, topP: 1 } as const;

/**
 * A sampler with room for any of the prompts.
 * @throws ConfigError when the text that ends a completion is more than one token of the model
 */
export function samplerFor({ device, model, prompts, stop, sampling, ...options }: SamplerForOptions): Promise<Sampler> {
  const sequences = Math.min(options.sequencesAtOnce ?? MOST_SEQUENCES, options.completions);
  const longest = longestPrompt(model, prompts);
  return createSampler({
    device,
    model: model.module,
    sequences,
    promptRows: sequences * longest,
    maxLength: longest + options.maxNewTokens,
    maxNewTokens: options.maxNewTokens,
    sampling,
    stopTokens: stopTokens(model, stop),
  });
}

/** Tokens of the longest prompt; at least 1. */
export function longestPrompt({ tokenizer }: PolicyModel, prompts: readonly string[]): number {
  return prompts.reduce((longest, prompt) => Math.max(longest, tokenizer.encode(prompt).length), 1);
}

function stopTokens({ tokenizer }: PolicyModel, stop: string): number[] {
  const ids = tokenizer.encode(stop, { specialTokens: false });
  if (ids.length > 1) throw new ConfigError([`${refusal("stop", stop, "one token of the model's tokenizer")}, not ${ids.length}`]);
  return ids;
}
