import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import type { CacheStorage } from "../ops/cache_storage.ts";

/** How a token is drawn from the logits. Filters apply in this order: repetition penalty, temperature, top-k, top-p, min-p. */
export interface SamplingOptions {
  /** 0: greedy. */
  readonly temperature: number;
  /** Keeps the k most probable tokens; 0: all. */
  readonly topK: number;
  /** Keeps the smallest set of tokens with at least this probability; 1: all. */
  readonly topP: number;
  /** Keeps the tokens that are at least this many times as probable as the most probable one (arXiv 2407.01082); 0: all. */
  readonly minP?: number;
  /**
   * Divides positive logits of tokens that prompt or completion have already by this number, and multiplies negative ones by it
   * (arXiv 1909.05858); 1: off. Log-probabilities are those of the model without it, so what is learned from them is off-policy.
   */
  readonly repetitionPenalty?: number;
}

/** What a sampler's memory is planned for, and how it draws tokens. */
export interface SamplerOptions {
  readonly device: Device;
  readonly model: LanguageModel;
  /** The most sequences generated at once, the most rows of prompts in one pass, and the most tokens of one sequence. */
  readonly sequences: number;
  readonly promptRows: number;
  /** The most prompts at once, where several sequences continue one and so share its keys and values. Default: as many as sequences. */
  readonly promptSlots?: number | undefined;
  readonly maxLength: number;
  readonly maxNewTokens: number;
  /**
   * Tokens of the longest prompt. Default: what maxNewTokens leaves of maxLength. A sequence whose prompt leaves fewer than maxNewTokens ends at
   * maxLength.
   */
  readonly longestPrompt?: number | undefined;
  readonly sampling: SamplingOptions;
  readonly stopTokens: readonly number[];
  /** Tokens that are never drawn, such as ids that the tokenizer lacks. */
  readonly bannedTokens?: readonly number[];
  /**
   * Says how many of the tokens stay where a text that ends the completion is among them; undefined: it goes on. It was asked before about the
   * first `searched` of them, and none was there.
   */
  readonly stopAfter?: ((ids: readonly number[], searched: number) => number | undefined) | undefined;
  /** How keys and values of earlier tokens are kept. f16 takes half the memory and rounds them to 11 bits; f32 by default. */
  readonly cacheStorage?: CacheStorage;
}

type Lengths = Pick<SamplerOptions, "maxLength" | "maxNewTokens">;

/** Tokens of the longest prompt that a sampler takes. */
export function longestOf({
  promptRows,
  maxLength,
  maxNewTokens,
  longestPrompt = maxLength - maxNewTokens,
}: Lengths & Pick<SamplerOptions, "promptRows" | "longestPrompt">): number {
  return Math.min(longestPrompt, promptRows);
}

/** The most new tokens behind a prompt. */
export function roomBehind({ ids }: { readonly ids: readonly number[] }, { maxLength, maxNewTokens }: Lengths): number {
  return Math.min(maxNewTokens, maxLength - ids.length);
}

/** @throws EngineError for options that no token can be drawn with */
export function checkSamplerOptions({ model, maxLength, sampling, bannedTokens = [], ...options }: SamplerOptions): void {
  checkSizes({ ...options, maxLength });
  if (maxLength > model.contextLength) {
    throw new EngineError(
      `sequences of ${maxLength} tokens exceed the model's context of ${model.contextLength}; shorten the prompt or maxNewTokens`,
    );
  }
  const { topK, topP, minP = 0, repetitionPenalty = 1 } = sampling;
  if (!(Number.isInteger(topK) && topK >= 0)) throw new EngineError(`topK is ${topK}; it must be a whole number, and 0 for all tokens`);
  if (!(topP >= 0 && topP <= 1)) throw new EngineError(`topP is ${topP}; it must be 0 to 1, and 1 for all tokens`);
  if (!(minP >= 0 && minP <= 1)) throw new EngineError(`minP is ${minP}; it must be 0 to 1`);
  if (!(repetitionPenalty > 0 && Number.isFinite(repetitionPenalty))) {
    throw new EngineError(`repetitionPenalty is ${repetitionPenalty}; it must be above 0, and 1 for none`);
  }
  const banned = new Set(bannedTokens.filter((id) => id < model.vocabSize));
  if (banned.size === model.vocabSize) throw new EngineError(`all ${model.vocabSize} tokens are banned; leave at least one to be drawn`);
}

type Sizes = Lengths & Pick<SamplerOptions, "sequences" | "promptRows" | "promptSlots" | "longestPrompt">;

function checkSizes({ sequences, promptRows, promptSlots = sequences, longestPrompt = 1, maxLength, maxNewTokens }: Sizes): void {
  for (const [name, size] of Object.entries({ sequences, promptRows, promptSlots, longestPrompt, maxLength, maxNewTokens })) {
    if (!(Number.isInteger(size) && size >= 1)) throw new EngineError(`${name} is ${size}; it must be a whole number of at least 1`);
  }
  if (maxNewTokens >= maxLength) {
    throw new EngineError(`maxNewTokens is ${maxNewTokens} of maxLength ${maxLength}; at least one token must be left for the prompt`);
  }
  if (longestPrompt < maxLength) return;
  throw new EngineError(`longestPrompt is ${longestPrompt} of maxLength ${maxLength}; at least one token must be left for the completion`);
}

/** Greedy draws need no filter, whose search takes time. */
export function keptBy(sampling: SamplingOptions): SamplingOptions {
  return sampling.temperature === 0 ? { ...sampling, topK: 0, topP: 1, minP: 0 } : sampling;
}

/** @throws EngineError for a temperature that a sampler with these options cannot draw at */
export function checkTemperature(temperature: number, { temperature: own, topK, topP, minP = 0 }: SamplingOptions): void {
  if (!(temperature >= 0 && Number.isFinite(temperature))) throw new EngineError(`temperature is ${temperature}; it must be 0 or above`);
  if (temperature === 0 || own > 0 || (topK === 0 && topP === 1 && minP === 0)) return;
  throw new EngineError(`temperature is ${temperature}; this sampler was built greedy, without its filters, so it must be 0`);
}
