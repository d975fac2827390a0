import type { Command } from "commander";
import type { Device } from "../gpu/device.ts";
import { endTokens } from "../io/generation_config.ts";
import { loadModel } from "../node/load_model.ts";
import { openDevice } from "../node/open_device.ts";
import { MOST } from "../options/limits.ts";
import { quoted } from "../options/quote.ts";
import { requireFiniteCompletions } from "../policy/finite_completions.ts";
import { createSampler, type Sampler } from "../policy/sampler.ts";
import { fitSampling } from "../rl/memory/sampling.ts";
import type { PolicyModel } from "../rl/model.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addJsonOption, addLoraOption, addMemoryOption, decimal, integer } from "./options.ts";
import { warnOfUniformPolicy } from "./uniform_policy.ts";

interface GenerateOptions {
  adapter: string;
  model: string;
  lora?: string;
  prompt: string[];
  maxTokens: number;
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
  stop?: string;
  memory?: number;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .requiredOption("--model <dir>", "folder of a model: config.json, model.safetensors, tokenizer.json")
    .requiredOption("--prompt <text...>", "one or more prompts")
    .option("--max-tokens <n>", "longest completion, in tokens", integer({ min: 1, max: MOST.tokens }), 64)
    .option("--temperature <t>", "sampling temperature; 0 takes the most probable token", decimal({ min: 0 }), 1)
    .option("--top-k <k>", "sample from the k most probable tokens; 0 is all", integer({ min: 0, max: MOST.tokens }), 0)
    .option("--top-p <p>", "sample from the smallest set with this probability; 1 is all", decimal({ min: 0, max: 1 }), 1)
    .option("--seed <seed>", "seed of the random numbers", integer({ min: 0, max: 0xffffffff }), 0)
    .option("--stop <text>", "text of one token that ends a completion, beside the model's own end token")
    .action(generate);
  addLoraOption(command);
  addAdapterOption(command);
  addMemoryOption(command);
  addJsonOption(command);
  addExamples(command, [
    ['generate --model models/checkpoints/countdown-base --prompt "375=022:"', "samples one answer"],
    ['generate --model my-model --prompt "Once upon" "A dog" --temperature 0 --json', "completes two prompts greedily, as JSON"],
  ]);
}

async function generate(options: GenerateOptions): Promise<void> {
  const device = await openDevice({ adapter: options.adapter });
  const model = await loadModel(device, options.model, options.lora === undefined ? {} : { adapter: options.lora });
  const { tokenizer, module } = model;
  const prompts = options.prompt.map((text, key) => ({ text, key, ids: tokenizer.encode(text) }));
  const longest = Math.max(...prompts.map(({ ids }) => ids.length));
  if (longest >= module.contextLength) {
    throw new UsageError(`a prompt of ${longest} tokens does not fit this model's context of ${module.contextLength}; shorten it`);
  }
  const maxNewTokens = Math.min(options.maxTokens, module.contextLength - longest);
  const shared = {
    maxLength: longest + maxNewTokens,
    maxNewTokens,
    sampling: { temperature: options.temperature, topK: options.topK, topP: options.topP },
    stopTokens: [...new Set([...stopTokens(options, tokenizer), ...endTokens(model.generation), ...ownEnd(tokenizer.eosId)])],
  };
  const allRows = prompts.reduce((total, { ids }) => total + ids.length, 0);
  const samplerOn = (on: Device, { module: model }: PolicyModel, sequencesAtOnce: number): Promise<Sampler> => {
    const sequences = Math.min(sequencesAtOnce, prompts.length);
    const promptRows = Math.min(sequences * longest, allRows);
    return createSampler({ ...shared, device: on, model, sequences, promptRows });
  };
  const { sequencesAtOnce } = await fitSampling({ device, model, memory: options.memory, build: samplerOn });
  const sampler = await samplerOn(device, model, sequencesAtOnce);
  const results = await sampler.generate(prompts, options.seed);
  requireFiniteCompletions(results);
  const completions = results.map((completion, i) => ({
    prompt: prompts[i]!.text,
    promptTokens: prompts[i]!.ids,
    tokens: completion.ids,
    text: tokenizer.decode(completion.ids, { specialTokens: false }),
    logprobs: [...completion.logprobs],
    finishReason: completion.finishReason,
  }));
  if (options.json) process.stdout.write(`${JSON.stringify({ completions })}\n`);
  else for (const { prompt, text } of completions) process.stdout.write(`${prompt}${text}\n`);
  const entropies = results.flatMap((completion) => [...completion.entropies]);
  warnOfUniformPolicy(entropies.reduce((sum, entropy) => sum + entropy, 0) / entropies.length, model.module.vocabSize);
  sampler.destroy();
  model.destroy();
  device.destroy();
}

function ownEnd(eosId: number | undefined): number[] {
  return eosId === undefined ? [] : [eosId];
}

function stopTokens(
  { stop }: GenerateOptions,
  tokenizer: { encode(text: string, options?: { specialTokens?: boolean }): number[] },
): number[] {
  if (stop === undefined) return [];
  const ids = tokenizer.encode(stop, { specialTokens: false });
  if (ids.length !== 1) throw new UsageError(`--stop ${quoted(stop)} is ${ids.length} tokens of this model; give a text that is one token`);
  return ids;
}
