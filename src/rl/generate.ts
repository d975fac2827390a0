import { continuation } from "../data/continuation.ts";
import { encodePrompt, type Prompt, promptText } from "../data/prompt.ts";
import { endingsOf, stopTexts } from "../data/stops.ts";
import type { Device } from "../gpu/device.ts";
import { MOST } from "../options/limits.ts";
import { ConfigError, refusal } from "../options/problems.ts";
import { brief, quoted, reasonOf } from "../options/quote.ts";
import { requireFiniteCompletions } from "../policy/finite_completions.ts";
import { type Completion, createSampler, type GenerationWatch, type Sampler, type Prompt as TokenPrompt } from "../policy/sampler.ts";
import { samplingOf } from "../policy/sampling_defaults.ts";
import { type GenerateOptions, type ParsedGenerateOptions, parseGenerateOptions } from "./generate_options.ts";
import { checkDevice, checkFunctions, checkModel, checkSignal } from "./given.ts";
import { fitSampling } from "./memory/sampling.ts";
import type { PolicyModel } from "./model.ts";
import { checkProblems } from "./problems.ts";
import { promptRoom } from "./sampling/sampler_for.ts";

/** A completion as text, with the prompt that it continues. `ids`, `logprobs` and `entropies` have an entry for each of its tokens. */
export interface GeneratedText extends Completion {
  /** The prompt as the model saw it: a chat as its template writes it. */
  readonly prompt: string;
  readonly promptIds: readonly number[];
  /** The completion without special tokens; a text that ended it is part of it. */
  readonly text: string;
}

/**
 * Continues prompts, which are texts or lists of messages for the model's chat template, on the GPU:
 * `generate(device, model, ["Once upon"], { temperature: 0 })`. Returns the completions in the order of the prompts, those of one prompt
 * behind one another. Indices that `onTokens` and `onCompletion` get are those of the result. A `signal` ends all completions as they stand.
 * @throws ConfigError for options, or for prompts that the model cannot read or has no room for; MemoryError; NotFiniteError;
 * EngineError where a step or a load changes the weights meanwhile
 */
export async function generate(
  device: Device,
  model: PolicyModel,
  prompts: readonly Prompt[],
  { signal, onTokens, onCompletion, ...options }: GenerateOptions = {},
): Promise<GeneratedText[]> {
  checkDevice(device);
  checkModel("model", model);
  checkSignal(signal);
  checkFunctions({ onTokens, onCompletion });
  checkPrompts(prompts);
  const parsed = parseGenerateOptions(options);
  const written = writePrompts(model, prompts);
  if (written.length === 0) return [];
  const generation = await prepareGeneration(device, model, { prompts: written, options: parsed });
  try {
    const completions = await generation.run({ signal, ...(onTokens && { onTokens }), ...(onCompletion && { onCompletion }) });
    return completions.map((completion, index) => {
      const { text: prompt, ids: promptIds } = generation.prompts[index]!;
      return { prompt, promptIds, text: continuation(model.tokenizer, promptIds, completion.ids), ...completion };
    });
  } finally {
    generation.destroy();
  }
}

/** Checks what a program gives, whatever its types say: JavaScript has none. */
function checkPrompts(prompts: readonly Prompt[]): void {
  if (!Array.isArray(prompts)) throw new ConfigError([refusal("prompts", prompts, "a list of texts or of lists of messages")]);
  checkProblems(
    "prompts",
    prompts.map((prompt) => ({ prompt })),
    { least: 0 },
  );
}

/** A prompt as the model sees it. */
export interface WrittenPrompt {
  readonly text: string;
  readonly ids: readonly number[];
  /** Whether it was given as text and not as the messages of a chat. */
  readonly isText: boolean;
}

/** Prompts as text and as ids. @throws ConfigError with the first that the tokenizer or its chat template cannot write */
export function writePrompts({ tokenizer }: Pick<PolicyModel, "tokenizer">, prompts: readonly Prompt[]): WrittenPrompt[] {
  return prompts.map((prompt, index) => {
    try {
      return { text: promptText(tokenizer, prompt), ids: encodePrompt(tokenizer, prompt), isText: typeof prompt === "string" };
    } catch (error) {
      throw new ConfigError([`prompt ${index + 1}: ${reasonOf(error)}`]);
    }
  });
}

/** A sampler with what it is to complete: nothing is sampled before `run`. */
export interface Generation {
  /** The prompt of each completion. */
  readonly prompts: readonly (WrittenPrompt & TokenPrompt)[];
  /** @throws NotFiniteError where the model's numbers mean nothing */
  run(watch: GenerationWatch): Promise<Completion[]>;
  destroy(): void;
}

/** @throws ConfigError for prompts that the model has no room for and stop texts that it cannot write, MemoryError */
export async function prepareGeneration(
  device: Device,
  model: PolicyModel,
  { prompts, options }: { readonly prompts: readonly WrittenPrompt[]; readonly options: ParsedGenerateOptions },
): Promise<Generation> {
  const { completionsPerPrompt: each, seed, stop } = options;
  requireWritableStop(stop, model);
  if (prompts.length * each > MOST.sampled) {
    throw new ConfigError([`${prompts.length} prompts x ${each} are more than ${MOST.sampled} completions; give fewer at a time`]);
  }
  const wanted = prompts.flatMap((prompt, i) => Array.from({ length: each }, (_, j) => ({ ...prompt, key: i * each + j })));
  const sampler = await samplerOf(device, model, { wanted, options });
  const run = async (watch: GenerationWatch): Promise<Completion[]> => {
    const completions = await sampler.generate(wanted, seed, watch);
    requireFiniteCompletions(completions);
    return completions;
  };
  return { prompts: wanted, run, destroy: () => sampler.destroy() };
}

function requireWritableStop(stop: ParsedGenerateOptions["stop"], { tokenizer }: PolicyModel): void {
  for (const text of stopTexts(stop)) {
    try {
      tokenizer.encode(text, { specialTokens: false });
    } catch (error) {
      throw new ConfigError([`stop ${quoted(text)}: ${reasonOf(error)}`]);
    }
  }
}

interface Wanted {
  readonly wanted: Generation["prompts"];
  readonly options: ParsedGenerateOptions;
}

/** A sampler with room for the prompts, and as many at a time as memory has room for. */
async function samplerOf(device: Device, model: PolicyModel, { wanted, options }: Wanted): Promise<Sampler> {
  const { contextLength } = model.module;
  const longest = longestOf(wanted, contextLength);
  const shortest = wanted.reduce((least, { ids }) => Math.min(least, ids.length), longest);
  const allRows = wanted.reduce((sum, { ids }) => sum + ids.length, 0);
  const shared = {
    longestPrompt: longest,
    maxLength: Math.min(contextLength, longest + options.maxTokens),
    maxNewTokens: Math.min(options.maxTokens, contextLength - shortest),
    sampling: samplingOf(options, model.generation),
    cacheStorage: options.cacheStorage,
    ...endingsOf(model, stopTexts(options.stop)),
  };
  const build = (on: Device, { module }: PolicyModel, sequencesAtOnce: number): Promise<Sampler> => {
    const sequences = Math.min(sequencesAtOnce, wanted.length);
    const { promptSlots, promptRows } = promptRoom(sequences, options.completionsPerPrompt, longest);
    return createSampler({ ...shared, device: on, model: module, sequences, promptSlots, promptRows: Math.min(promptRows, allRows) });
  };
  const { sequencesAtOnce } = await fitSampling({ device, model, memory: options.memory ?? undefined, build });
  return build(device, model, sequencesAtOnce);
}

/** Tokens of the longest prompt. @throws ConfigError where one is empty, or leaves no room for a token */
function longestOf(prompts: readonly WrittenPrompt[], contextLength: number): number {
  const lengths = prompts.map(({ ids }) => ids.length);
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  if (lengths.includes(0))
    throw new ConfigError(["a prompt has no tokens; give a text, because this model's tokenizer begins none by itself"]);
  if (longest < contextLength) return longest;
  const { text } = prompts[lengths.indexOf(longest)]!;
  const fact = `a prompt of ${longest} tokens does not fit this model's context of ${contextLength}`;
  throw new ConfigError([`${fact}; shorten it: ${brief(text, 60)}`]);
}
