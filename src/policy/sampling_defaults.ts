import { ConfigError, refusal } from "../options/problems.ts";
import type { SamplingOptions } from "./sampler_options.ts";

interface Rule {
  readonly option: keyof SamplingOptions;
  readonly fallback: number;
  readonly accepts: (value: number) => boolean;
  readonly allowed: string;
}

const isShare = (value: number): boolean => value >= 0 && value <= 1;

/** The keys of Hugging Face's generation_config.json that say how tokens are drawn. */
const RULES: Readonly<Record<string, Rule>> = {
  temperature: { option: "temperature", fallback: 1, accepts: (value) => value >= 0, allowed: "a number of at least 0" },
  top_k: {
    option: "topK",
    fallback: 0,
    accepts: (value) => Number.isInteger(value) && value >= 0,
    allowed: "a whole number of at least 0",
  },
  top_p: { option: "topP", fallback: 1, accepts: isShare, allowed: "a number of 0 to 1" },
  min_p: { option: "minP", fallback: 0, accepts: isShare, allowed: "a number of 0 to 1" },
  repetition_penalty: { option: "repetitionPenalty", fallback: 1, accepts: (value) => value > 0, allowed: "a number above 0" },
};

/**
 * How a model's generation_config.json wants tokens to be drawn. What it leaves out, or writes as null, changes nothing of the model's
 * distribution; `do_sample: false` is temperature 0. @throws ConfigError where a value is none that can be drawn with
 */
export function samplingDefaults(generation: Readonly<Record<string, unknown>>): Required<SamplingOptions> {
  const values = Object.entries(RULES).map(([key, { option, fallback, accepts, allowed }]) => {
    const value = generation[key] ?? fallback;
    if (typeof value !== "number" || !Number.isFinite(value) || !accepts(value)) {
      throw new ConfigError([refusal(`generation_config.json: ${key}`, value, allowed)]);
    }
    return [option, value] as const;
  });
  const sampling = Object.fromEntries(values) as unknown as Required<SamplingOptions>;
  return generation.do_sample === false ? { ...sampling, temperature: 0 } : sampling;
}

/** How tokens are drawn: as the options say, else as the model does. @throws ConfigError for a generation_config.json that makes no sense */
export function samplingOf(options: Partial<SamplingOptions>, generation: Readonly<Record<string, unknown>>): Required<SamplingOptions> {
  const defaults = samplingDefaults(generation);
  const { temperature, topK, topP, minP, repetitionPenalty } = options;
  const given = Object.entries({ temperature, topK, topP, minP, repetitionPenalty }).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
