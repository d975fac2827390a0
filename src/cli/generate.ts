import { type Command, Option } from "commander";
import { encodePrompt, promptText } from "../data/prompt.ts";
import { endingsOf } from "../data/stops.ts";
import type { Device } from "../gpu/device.ts";
import { loadModel } from "../node/load_model.ts";
import { MOST } from "../options/limits.ts";
import { brief } from "../options/quote.ts";
import { requireFiniteCompletions } from "../policy/finite_completions.ts";
import { type Completion, createSampler, type GenerationWatch, type Sampler, type SamplerOptions } from "../policy/sampler.ts";
import { fitSampling } from "../rl/memory/sampling.ts";
import type { PolicyModel } from "../rl/model.ts";
import { promptRoom } from "../rl/sampling/sampler_for.ts";
import { type CompletionOutput, createOutput, type GivenPrompt } from "./completion_output.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addJsonOption, addLoraOption, addMemoryOption, integer } from "./options.ts";
import { type PromptFlags, readPrompts } from "./prompts.ts";
import { addSamplingOptions, type SamplingFlags, samplingOf } from "./sampling_options.ts";
import { warnOfUniformPolicy } from "./uniform_policy.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

interface GenerateOptions extends SamplingFlags, PromptFlags {
  readonly adapter: string;
  readonly model: string;
  readonly lora?: string;
  readonly n: number;
  readonly output?: string;
  readonly memory?: number;
  readonly json?: boolean;
}

export function register(command: Command): void {
  command
    .requiredOption("--model <dir>", "folder of a model: config.json, model.safetensors, tokenizer.json")
    .option("--prompt <text...>", "one or more prompts")
    .option("--file <path>", "prompts, one a line; in a file *.jsonl objects with the key prompt or messages")
    .option("--chat", "take prompts as a user's messages and write them with the model's chat template")
    .option("--n <n>", "completions of each prompt", integer({ min: 1, max: MOST.completions }), 1)
    .addOption(
      new Option("--output <path>", "write completions into this file, one JSON object a line, and show progress").conflicts("json"),
    )
    .action(generate);
  addSamplingOptions(command, { maxTokens: 64 });
  addLoraOption(command);
  addAdapterOption(command);
  addMemoryOption(command);
  addJsonOption(command);
  addExamples(command, [
    ['generate --model models/checkpoints/countdown-base --prompt "375=022:"', "samples one answer"],
    ['generate --model my-model --prompt "Once upon" "A dog" --temperature 0 --json', "completes two prompts greedily, as JSON"],
    ["generate --model my-model --file questions.jsonl --n 4 --output answers.jsonl", "samples four completions of every prompt of a file"],
  ]);
}

async function generate(options: GenerateOptions): Promise<void> {
  const prompts = await readPrompts(options);
  if (prompts.length * options.n > MOST.sampled) {
    throw new UsageError(`${prompts.length} prompts x --n ${options.n} are more than ${MOST.sampled} completions; give fewer at a time`);
  }
  const device = await openNamedDevice({ adapter: options.adapter });
  const model = await fromUser(() => loadModel(device, options.model, options.lora === undefined ? {} : { adapter: options.lora }));
  const { tokenizer } = model;
  const given = await fromUser(() =>
    prompts.map((prompt) => ({
      text: promptText(tokenizer, prompt),
      isText: typeof prompt === "string",
      ids: encodePrompt(tokenizer, prompt),
    })),
  );
  const wanted = given.flatMap((prompt, i) => Array.from({ length: options.n }, (_, j) => ({ ...prompt, key: i * options.n + j })));
  const sampler = await samplerOf(device, model, { options, wanted });
  const output = createOutput(options, tokenizer, wanted);
  await complete(sampler, { options, wanted, output, vocabSize: model.module.vocabSize });
  sampler.destroy();
  model.destroy();
  device.destroy();
}

interface Wanted {
  readonly options: GenerateOptions;
  readonly wanted: readonly GivenPrompt[];
}

/** A sampler with room for the prompts, and as many at a time as memory has room for. */
async function samplerOf(device: Device, model: PolicyModel, { options, wanted }: Wanted): Promise<Sampler> {
  const { contextLength } = model.module;
  const lengths = wanted.map(({ ids }) => ids.length);
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const allRows = lengths.reduce((a, b) => a + b, 0);
  const empty = wanted.find(({ ids }) => ids.length === 0);
  if (empty) throw new UsageError("a prompt has no tokens; give a text, because this model's tokenizer begins none by itself");
  if (longest >= contextLength) {
    const { text } = wanted.find(({ ids }) => ids.length === longest)!;
    const fact = `a prompt of ${longest} tokens does not fit this model's context of ${contextLength}`;
    throw new UsageError(`${fact}; shorten it: ${brief(text, 60)}`);
  }
  const maxNewTokens = Math.min(options.maxTokens, contextLength - longest);
  const shared: Omit<SamplerOptions, "device" | "model" | "sequences" | "promptSlots" | "promptRows"> = {
    maxLength: longest + maxNewTokens,
    maxNewTokens,
    sampling: samplingOf(options, model.generation),
    cacheStorage: options.cache,
    ...endingsOf(model, options.stop ?? []),
  };
  const build = (on: Device, { module }: PolicyModel, sequencesAtOnce: number): Promise<Sampler> => {
    const sequences = Math.min(sequencesAtOnce, wanted.length);
    const { promptSlots, promptRows } = promptRoom(sequences, options.n, longest);
    return createSampler({ ...shared, device: on, model: module, sequences, promptSlots, promptRows: Math.min(promptRows, allRows) });
  };
  const { sequencesAtOnce } = await fitSampling({ device, model, memory: options.memory, build });
  return build(device, model, sequencesAtOnce);
}

async function complete(
  sampler: Sampler,
  { options, wanted, output, vocabSize }: Wanted & { readonly output: CompletionOutput; readonly vocabSize: number },
): Promise<void> {
  const watch: GenerationWatch = {
    ...(output.onTokens && { onTokens: (_, ids) => output.onTokens!(ids) }),
    onCompletion: (index: number, completion: Completion) => output.onCompletion(index, completion),
  };
  try {
    const completions = await sampler.generate(wanted, options.seed, watch);
    requireFiniteCompletions(completions);
    output.end();
    const entropies = completions.flatMap((completion) => [...completion.entropies]);
    warnOfUniformPolicy(entropies.reduce((sum, entropy) => sum + entropy, 0) / entropies.length, vocabSize);
  } finally {
    output.close();
  }
}
