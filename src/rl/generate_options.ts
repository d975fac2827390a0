import { z } from "zod";
import type { StopTexts } from "../data/stops.ts";
import { CACHE_STORAGE, type CacheStorage } from "../ops/cache_storage.ts";
import { parseOptions } from "../options/define.ts";
import { MOST } from "../options/limits.ts";
import { decimal, oneOf, section, whole } from "../options/schema.ts";
import type { GenerationWatch, SamplingOptions } from "../policy/sampler.ts";
import { BYTES_ALLOWED, parseBytes } from "./memory/bytes.ts";
import { checkStop } from "./problems.ts";

/**
 * How texts are generated. What is left out of `temperature`, `topK`, `topP`, `minP` and `repetitionPenalty` is as the model's
 * generation_config.json says, else 1, 0, 1, 0 and 1.
 */
export interface GenerateOptions extends Partial<SamplingOptions>, GenerationWatch {
  /** Longest completion, in tokens; less where the model's context ends. Default: 64. */
  readonly maxTokens?: number | undefined;
  /** Default: 1. */
  readonly completionsPerPrompt?: number | undefined;
  /** Of the random numbers; the same seed gives the same completions, however many are sampled at once. Default: 0. */
  readonly seed?: number | undefined;
  /** Texts that end a completion, beside the model's own end tokens; they are part of it. Default: none. */
  readonly stop?: StopTexts | undefined;
  /** How keys and values of earlier tokens are kept; f16 takes half the memory and rounds them to 11 bits. Default: f32. */
  readonly cacheStorage?: CacheStorage | undefined;
  /** The most GPU memory to take, the model included: bytes, or an amount such as "10GiB". Default: as much as there is. */
  readonly memory?: string | number | null | undefined;
}

const schema = section({
  maxTokens: whole({ min: 1, max: MOST.tokens }).default(64),
  completionsPerPrompt: whole({ min: 1, max: MOST.completions }).default(1),
  seed: whole({ min: 0, max: 0xffffffff }).default(0),
  stop: z.custom<StopTexts>().default([]),
  cacheStorage: oneOf(CACHE_STORAGE).default("f32"),
  memory: z
    .union([z.string(), z.number()], { error: BYTES_ALLOWED })
    .refine((amount) => parseBytes(amount) !== undefined, { error: BYTES_ALLOWED })
    .transform((amount) => parseBytes(amount)!)
    .nullish(),
  temperature: decimal({ min: 0 }).optional(),
  topK: whole({ min: 0, max: MOST.tokens }).optional(),
  topP: decimal({ min: 0, max: 1 }).optional(),
  minP: decimal({ min: 0, max: 1 }).optional(),
  repetitionPenalty: decimal({ min: 0.01, max: 100 }).optional(),
});

/** What `GenerateOptions` say but for who watches, with every default but those of the model. */
export type ParsedGenerateOptions = z.output<typeof schema>;

/** @throws ConfigError with one line for each option that is unknown or out of range */
export function parseGenerateOptions(options: Omit<GenerateOptions, keyof GenerationWatch>): ParsedGenerateOptions {
  const parsed = parseOptions(schema, options);
  checkStop(parsed.stop);
  return parsed;
}
