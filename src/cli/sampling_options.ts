import { type Command, Option } from "commander";
import { CACHE_STORAGE, type CacheStorage } from "../ops/cache_storage.ts";
import { MOST } from "../options/limits.ts";
import type { SamplingOptions } from "../policy/sampler.ts";
import { decimal, integer } from "./options.ts";

/** The options of a command that draws tokens. Those that are absent are as the model's generation_config.json says. */
export interface SamplingFlags extends Partial<SamplingOptions> {
  readonly maxTokens: number;
  readonly seed: number;
  readonly stop?: readonly string[];
  readonly cache: CacheStorage;
}

/** Adds the options of SamplingFlags. `maxTokens`: the default of --max-tokens. */
export function addSamplingOptions(command: Command, { maxTokens }: { readonly maxTokens: number }): Command {
  const own = "(default: generation_config.json, else";
  return command
    .option("--max-tokens <n>", "longest completion, in tokens", integer({ min: 1, max: MOST.tokens }), maxTokens)
    .option("--temperature <t>", `sampling temperature; 0 takes the most probable token ${own} 1)`, decimal({ min: 0 }))
    .option("--top-k <k>", `sample from the k most probable tokens; 0 is all ${own} 0)`, integer({ min: 0, max: MOST.tokens }))
    .option("--top-p <p>", `sample from the smallest set with this probability; 1 is all ${own} 1)`, decimal({ min: 0, max: 1 }))
    .option(
      "--min-p <p>",
      `sample from tokens at least p times as probable as the most probable one; 0 is all ${own} 0)`,
      decimal({ min: 0, max: 1 }),
    )
    .option(
      "--repetition-penalty <r>",
      `make tokens that prompt or completion have less probable; 1 is off ${own} 1)`,
      decimal({ min: 0.01, max: 100 }),
    )
    .option("--seed <seed>", "seed of the random numbers", integer({ min: 0, max: 0xffffffff }), 0)
    .option("--stop <text...>", "texts that end a completion, beside the model's own end tokens")
    .addOption(
      new Option("--cache <storage>", "how keys and values are kept; f16 takes half the memory").choices(CACHE_STORAGE).default("f32"),
    );
}
