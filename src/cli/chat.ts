import type { Command } from "commander";
import { endingsOf } from "../data/stops.ts";
import type { Device } from "../gpu/device.ts";
import { loadModel } from "../node/load_model.ts";
import { MOST } from "../options/limits.ts";
import { reasonOf } from "../options/quote.ts";
import { createSampler } from "../policy/sampler.ts";
import { samplingOf } from "../policy/sampling_defaults.ts";
import { fitSampling } from "../rl/memory/sampling.ts";
import type { PolicyModel } from "../rl/model.ts";
import { type ChatModel, createChatSession } from "./chat_session.ts";
import { chatTerminal } from "./chat_terminal.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addLoraOption, addMemoryOption, integer } from "./options.ts";
import { addSamplingOptions, type SamplingFlags } from "./sampling_options.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

interface ChatOptions extends SamplingFlags {
  readonly adapter: string;
  readonly model: string;
  readonly lora?: string;
  readonly system?: string;
  readonly context: number;
  readonly memory?: number;
}

export function register(command: Command): void {
  command
    .requiredOption("--model <dir>", "folder or name of a model whose tokenizer has a chat template")
    .option("--system <text>", "system prompt")
    .option(
      "--context <n>",
      "most tokens of a chat; the oldest messages are left out of a longer one",
      integer({ min: 2, max: MOST.tokens }),
      4096,
    )
    .action(chat);
  addSamplingOptions(command, { maxTokens: 512 });
  addLoraOption(command);
  addAdapterOption(command);
  addMemoryOption(command);
  addExamples(command, [
    ['chat --model my-model --system "Answer in one sentence." --temperature 0.7', "chats; Ctrl-C stops an answer, Ctrl-D ends the chat"],
  ]);
  command.addHelpText("after", "\nIn the chat: /reset forgets it, /system TEXT sets the system prompt and forgets it, /exit ends it.");
}

async function chat(options: ChatOptions): Promise<void> {
  const device = await openNamedDevice({ adapter: options.adapter });
  const model = await fromUser(() => loadModel(device, options.model, options.lora === undefined ? {} : { adapter: options.lora }));
  checkTemplate(model, options.system);
  const context = Math.min(options.context, model.module.contextLength);
  const answering = await chatModelOf(device, model, { options, context });
  const session = createChatSession(answering, { system: options.system, seed: options.seed });
  await chatTerminal(session, { input: process.stdin, output: process.stdout, notes: process.stderr });
  answering.sampler.destroy();
  model.destroy();
  device.destroy();
}

/** @throws UsageError where the model has no chat template, or it refuses the system prompt */
function checkTemplate({ tokenizer }: PolicyModel, system: string | undefined): void {
  const first = system === undefined ? [] : [{ role: "system", content: system }];
  try {
    tokenizer.renderChat([...first, { role: "user", content: "1" }], { addGenerationPrompt: true });
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

interface Wanted {
  readonly options: ChatOptions;
  readonly context: number;
}

/** The model with a sampler of one sequence. An answer has at most half of the context. */
async function chatModelOf(device: Device, model: PolicyModel, { options, context }: Wanted): Promise<ChatModel> {
  const maxNewTokens = Math.max(1, Math.min(options.maxTokens, Math.floor(context / 2)));
  const promptRows = context - maxNewTokens;
  const shared = {
    sequences: 1,
    promptRows,
    maxLength: context,
    maxNewTokens,
    sampling: samplingOf(options, model.generation),
    cacheStorage: options.cache,
    ...endingsOf(model, options.stop ?? []),
  };
  const build = (on: Device, { module }: PolicyModel) => createSampler({ ...shared, device: on, model: module });
  await fitSampling({ device, model, memory: options.memory, build });
  return { tokenizer: model.tokenizer, sampler: await build(device, model), longestPrompt: promptRows };
}
