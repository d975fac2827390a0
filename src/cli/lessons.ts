import type { TemplateVariables } from "../data/prompt.ts";
import { characterTokenizer } from "../data/tokenizer.ts";
import { charactersOf, type DataExamples } from "../data_sets/examples.ts";
import { parseExampleTask } from "../data_sets/options.ts";
import type { Device } from "../gpu/device.ts";
import { readExamples } from "../node/load_data.ts";
import { createModel, loadModel, outlineModel, outlineNew } from "../node/load_model.ts";
import type { SftConfig } from "../rl/config/index.ts";
import type { PolicyModel } from "../rl/model.ts";
import type { RewardFailure } from "../rl/scoring/rewards.ts";
import type { Taught } from "../rl/warm_start/lessons.ts";
import { adapterOptions } from "./adapter_options.ts";
import { isData, readDataRewards } from "./subject.ts";
import { readTask } from "./task.ts";

/** What a configuration of `sft` teaches. */
export interface Lesson {
  readonly taught: Taught;
  readonly templateVariables?: TemplateVariables;
  /** The characters of a new model's tokens, and the one among them that ends a completion. */
  readonly alphabet: () => { readonly characters: string; readonly end: string };
}

/** What the section `task` teaches: a task's own solutions, or rows. @throws ConfigError, FileError, UsageError in one line */
export async function readLesson(section: SftConfig["task"], onRewardFailure: (failure: RewardFailure) => void): Promise<Lesson> {
  if (!isData(section)) {
    const task = readTask(section);
    return { taught: { task }, alphabet: () => ({ characters: task.alphabet, end: task.stop }) };
  }
  const { name: _, ...own } = section;
  const options = parseExampleTask(own);
  const examples = await readExamples(options);
  const { stop, templateVariables } = options;
  return {
    taught: { examples, rewards: options.rewards.length > 0 ? await readDataRewards(options) : [], stop, onRewardFailure },
    templateVariables,
    alphabet: () => alphabetOf(examples),
  };
}

/** ASCII's "end of text", which no text holds. */
const END = "\u0003";

function alphabetOf(examples: DataExamples): ReturnType<Lesson["alphabet"]> {
  const characters = charactersOf(examples);
  return { characters: characters.includes(END) ? characters : `${characters}${END}`, end: END };
}

/** The model that a configuration of `sft` names or describes. */
export interface Pupil {
  /** The same without weights, to count bytes. */
  readonly outline: PolicyModel;
  readonly make: () => Promise<PolicyModel>;
}

/**
 * A model that is loaded keeps its tokenizer; that of a new one has a token for each character of what it learns. A warm start that goes on
 * has its model in a checkpoint, the folder `modelDir`.
 */
export async function pupilOf(device: Device, config: SftConfig, lesson: Lesson, modelDir?: string): Promise<Pupil> {
  const { seed } = config;
  const model = modelDir ?? config.model;
  if (typeof model === "string") {
    const wanted = { ...adapterOptions(config, modelDir), templateVariables: lesson.templateVariables };
    return { outline: await outlineModel(device, model, wanted), make: () => loadModel(device, model, wanted) };
  }
  // The tokens are made here, and so is the one that ends a completion.
  const { eos_token_id: _eos, bos_token_id: _bos, pad_token_id: _pad, ...keys } = model;
  const { characters, end } = lesson.alphabet();
  const tokenizer = characterTokenizer(characters);
  const generation = { eos_token_id: tokenizer.encode(end)[0]! };
  const wanted = { config: { vocab_size: tokenizer.vocabSize, ...keys }, tokenizer, seed, generation };
  return { outline: outlineNew(device, wanted), make: () => createModel(device, wanted) };
}
