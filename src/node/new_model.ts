import type { Tokenizer } from "../data/tokenizer.ts";
import { type GenerationConfig, wrongEndToken } from "../io/generation_config.ts";
import { isMapping, requireKnownOptions } from "../options/problems.ts";
import { checkFunctions, checkShape } from "../rl/given.ts";
import type { ModelBuilder } from "./load_options.ts";

/** A model to make: its config.json, its tokenizer, and the seed of its parameters. */
export interface NewModel {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: Tokenizer;
  /** A whole number of 32 bits, 0 or above. */
  readonly seed: number;
  readonly build?: ModelBuilder;
  /** Becomes generation_config.json; `eos_token_id` names the tokens that end a completion. */
  readonly generation?: GenerationConfig;
}

const OPTIONS = { config: true, tokenizer: true, seed: true, build: true, generation: true } as const satisfies Record<
  keyof NewModel,
  true
>;

/** Options of `loadModel` that a new model lacks. */
const OF_LOADING: readonly string[] = ["lora", "adapter", "baseStorage", "templateVariables"];

const MOST_SEED = 0xffffffff;

/** Checks what a program gives, whatever its types say. @throws ConfigError in one line */
export function checkNewModel(options: NewModel): void {
  requireKnownOptions("createModel", options, Object.keys(OPTIONS), hintOf);
  const { config, tokenizer, seed, build, generation } = options;
  checkShape("config", config, isMapping(config), 'a mapping as config.json holds it, such as { model_type: "llama", ... }');
  const isTokenizer = isMapping(tokenizer) && typeof tokenizer.encode === "function" && typeof tokenizer.vocabSize === "number";
  checkShape("tokenizer", tokenizer, isTokenizer, "a tokenizer, such as characterTokenizer(task.alphabet)");
  const isSeed = Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED;
  checkShape("seed", seed, isSeed, `a whole number from 0 to ${MOST_SEED}`);
  checkFunctions({ build });
  if (generation !== undefined) {
    checkShape(
      "generation",
      generation,
      isMapping(generation),
      "a mapping as generation_config.json holds it, such as { eos_token_id: 2 }",
    );
  }
}

/** Refuses end tokens that no model folder may name. @throws ConfigError */
export function checkEndTokens(generation: GenerationConfig, vocabSize: number): void {
  const wrong = wrongEndToken(generation, vocabSize);
  checkShape("generation.eos_token_id", wrong, wrong === undefined, `a token id from 0 to ${vocabSize - 1}, or a list of them`);
}

function hintOf(key: string): string | undefined {
  return OF_LOADING.includes(key) ? `save the model, and give ${key} to loadModel` : undefined;
}
