import { type Command, Option } from "commander";
import { loadModel } from "../node/load_model.ts";
import { MOST } from "../options/limits.ts";
import type { Completion, GenerationWatch } from "../policy/sampler.ts";
import { type Generation, prepareGeneration, writePrompts } from "../rl/generate.ts";
import { type ParsedGenerateOptions, parseGenerateOptions } from "../rl/generate_options.ts";
import { type CompletionOutput, createOutput } from "./completion_output.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addJsonOption, addLoraOption, addMemoryOption, integer } from "./options.ts";
import { type PromptFlags, readPrompts } from "./prompts.ts";
import { addSamplingOptions, type SamplingFlags } from "./sampling_options.ts";
import { warnOfUniformPolicy } from "./uniform_policy.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

interface GenerateFlags extends SamplingFlags, PromptFlags {
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
    .requiredOption("--model <dir>", "folder or name of a model: config.json, model.safetensors, tokenizer.json")
    .option("--prompt <text...>", "one or more prompts")
    .option("--file <path>", "prompts, one a line; in a file *.jsonl or *.ndjson objects with the key prompt or messages")
    .option("--chat", "take prompts as a user's messages and write them with the model's chat template")
    .option("--n <n>", "completions of each prompt", integer({ min: 1, max: MOST.completions }), 1)
    .addOption(
      new Option(
        "--output <path>",
        "write completions into this new file, one JSON object a line, and show progress; if the command fails, those written stay",
      ).conflicts("json"),
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

async function generate(options: GenerateFlags): Promise<void> {
  const prompts = await readPrompts(options);
  if (prompts.length * options.n > MOST.sampled) {
    throw new UsageError(`${prompts.length} prompts x --n ${options.n} are more than ${MOST.sampled} completions; give fewer at a time`);
  }
  const device = await openNamedDevice({ adapter: options.adapter });
  const model = await fromUser(() => loadModel(device, options.model, options.lora === undefined ? {} : { adapter: options.lora }));
  const generation = await prepareGeneration(device, model, { prompts: writePrompts(model, prompts), options: generateOptionsOf(options) });
  await complete(generation, createOutput(options, model.tokenizer, generation.prompts), model.module.vocabSize);
  generation.destroy();
  model.destroy();
  device.destroy();
}

function generateOptionsOf({ maxTokens, n, seed, stop, cache, memory, ...flags }: GenerateFlags): ParsedGenerateOptions {
  const { temperature, topK, topP, minP, repetitionPenalty } = flags;
  const sampling = { temperature, topK, topP, minP, repetitionPenalty };
  return parseGenerateOptions({ ...sampling, maxTokens, completionsPerPrompt: n, seed, stop, cacheStorage: cache, memory });
}

async function complete(generation: Generation, output: CompletionOutput, vocabSize: number): Promise<void> {
  const watch: GenerationWatch = {
    ...(output.onTokens && { onTokens: (_, ids) => output.onTokens!(ids) }),
    onCompletion: (index: number, completion: Completion) => output.onCompletion(index, completion),
  };
  try {
    const completions = await generation.run(watch);
    output.end();
    const entropies = completions.flatMap((completion) => [...completion.entropies]);
    warnOfUniformPolicy(entropies.reduce((sum, entropy) => sum + entropy, 0) / entropies.length, vocabSize);
  } finally {
    output.close();
  }
}
