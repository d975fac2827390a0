import { z } from "zod";
import { type Contradiction, contradictionsOf, declare, parseOptions } from "../options/define.ts";
import { ConfigError, isMapping, refusal, throwIfAny } from "../options/problems.ts";
import { decimal, flag, list, oneOf, openSection, option, section, text, whole } from "../options/schema.ts";

const column = (what: string, nullMeaning: string) => text(`the name of a column, or null (${nullMeaning})`).nullable().describe(what);

const rewardAllowed = "the name of a reward, the path of a module, or a mapping with the key name";
const reward = z.union([text(rewardAllowed), openSection({ name: text(rewardAllowed) }, rewardAllowed)], { error: rewardAllowed });

const promptAllowed = "a text with columns in braces, or the name of a column";
const completionAllowed = `${promptAllowed}, or null (the last message of the prompt)`;
/** YAML reads braces without quotes as a mapping. */
const quoteBraces = (key: string): string => `quote it, as in --set 'task.${key}="{question}"', or in a file ${key}: "{question}"`;
const withBraces =
  (key: string, allowed: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    isMapping(input) ? `${allowed}; ${quoteBraces(key)}` : allowed;

const options = section({
  data: text("the path of a data file or of a folder of them, or the name of a data set, such as org/name").describe(
    "The data: the path of a .jsonl, .json, .parquet, .csv or .tsv file, of a folder of them, or the name of a data set on the hub.",
  ),
  split: option(
    text("the name of a split"),
    "train",
    "Which split of a data set to train on. It is what files, without their number, or a folder of them are called, or a word of that. A single file has no splits.",
  ),
  prompt: option(
    text(withBraces("prompt", promptAllowed)),
    "prompt",
    "What the model is asked: a text with columns in braces, such as Q: {question} A:, or the name of one column. A column of messages ({ role, content }) is written by the model's chat template.",
  ),
  completion: option(
    text(withBraces("completion", completionAllowed)).nullable(),
    null,
    "What sft learns to write after the prompt: a text with columns in braces, or the name of one column. The model's end token follows it. null is for prompts that are chats, whose last message is the assistant's. train does not read it.",
  ),
  answers: option(
    oneOf(["last", "all"]),
    "last",
    "Which answers of a chat sft learns, where completion is null: the last message, or every message of the assistant, each behind those before it. train does not read it.",
  ),
  system: option(
    text("a text, or null (none)").nullable(),
    null,
    "A system prompt. With it every prompt is sent as a chat, by the model's chat template; null adds none.",
  ),
  chat: option(flag(), false, "Whether a prompt that is a text is sent as the message of a user, by the model's chat template."),
  templateVariables: option(
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]), { error: "a mapping of names to texts, numbers, true or false" }),
    {},
    "More variables for the model's chat template, such as { enable_thinking: false } for Qwen3.",
  ),
  answer: option(
    column("", "none"),
    null,
    "The column with the right answer, which rewards such as math compare with; null where there is none.",
  ),
  tag: option(
    column("", "none"),
    null,
    "The column that names the kind of a row, such as its difficulty. Metrics are kind by kind, so it should have few different values; null tells no kinds apart.",
  ),
  evalData: option(
    text("the path of a data file, or null (rows of data)").nullable(),
    null,
    "A file, folder or data set to evaluate on, with the same columns; null holds rows of data out.",
  ),
  evalSplit: option(
    text("the name of a split, or null (rows of the split)").nullable(),
    null,
    "The split to evaluate on, such as test; null holds rows of the training split out.",
  ),
  heldOut: option(
    decimal({ min: 0 }, "a tenth, or none where evalData or evalSplit is given").nullable(),
    null,
    "Rows to evaluate on and not to train on: a share below 1, or a number of different prompts. A hash of a row's prompt decides, so that rows of one prompt stay together; with a share, rows that are added move no other row across. null is a tenth, or none where evalData or evalSplit is given.",
  ),
  limit: option(whole({ min: 1 }, "all").nullable(), null, "The most rows to train on, from the front; null takes all."),
  rewards: option(
    list(reward, "a list of rewards"),
    [],
    "The rewards, whose weighted sum is learned from: names (math, exact, contains, regex, format, length, repetition), mappings of a name, weight and options, or paths of modules such as ./my_reward.ts.",
  ),
  stop: option(
    list(z.string({ error: "a text" }).min(1, { error: "a text of at least one character" }), "a list of texts"),
    [],
    "Texts that end a completion, beside the model's own end tokens.",
  ),
});

/** What of it is said in a program at another place: to the trainer, or where the model is loaded. */
const ELSEWHERE = {
  completion: "give it to loadExamples",
  answers: "give it to loadExamples",
  rewards: "give GRPOTrainer its rewards, such as rewardFunctions.math()",
  stop: "give it to GRPOTrainer",
  templateVariables: "give it to loadModel",
};

const exampleOptions = section(options.omit({ rewards: true, stop: true, templateVariables: true }).shape);
const rowOptions = section(exampleOptions.omit({ completion: true, answers: true }).shape);

/** What the section `task` says of rows and of prompts where it names data. */
export type DataOptions = z.output<typeof rowOptions>;

/** The same as a program gives it: what is left out takes its default. */
export type LoadDataOptions = z.input<typeof rowOptions>;

/** What it says of the rows that `sft` learns. */
export type ExampleOptions = z.output<typeof exampleOptions>;

/** The same as a program gives it: what is left out takes its default. */
export type LoadExampleOptions = z.input<typeof exampleOptions>;

/** Fills in the defaults of what a program gives. @throws ConfigError with one line for each problem */
export function parseDataOptions(given: LoadDataOptions): DataOptions {
  return parseRows(rowOptions, given);
}

/** The same for examples. */
export function parseExampleOptions(given: LoadExampleOptions): ExampleOptions {
  return requireChats(parseRows(exampleOptions, given));
}

/** The whole section `task` of `sft` where it names data. It needs no rewards. @throws ConfigError with one line for each problem */
export function parseExampleTask(section: Readonly<Record<string, unknown>>): z.output<typeof options> {
  return requireChats(parseRows(options, section));
}

/** @throws ConfigError for answers of chats beside a completion that is to be learned in their place */
function requireChats<Options extends ExampleOptions>(given: Options): Options {
  if (given.answers === "last" || given.completion === null) return given;
  throw new ConfigError([
    refusal("task.answers", given.answers, "last beside task.completion, which is learned in the place of a chat's answers"),
  ]);
}

function parseRows<Output extends DataOptions>(schema: z.ZodType<Output>, given: object): Output {
  const ofKey = (_: string, key: string): string | undefined =>
    Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key as keyof typeof ELSEWHERE] : undefined;
  const { task } = parseOptions(z.object({ task: schema }), { task: given }, { ofKey });
  throwIfAny(contradictionsOf("task", { check: checkRows }, task));
  return task;
}

function check(given: z.output<typeof options>): Contradiction[] {
  const { rewards } = given;
  const none = { option: "rewards", value: rewards, allowed: "a list of at least one reward, such as [math]" };
  return [...(rewards.length === 0 ? [none] : []), ...checkRows(given)];
}

function checkRows({ heldOut, evalData, evalSplit }: Pick<DataOptions, "heldOut" | "evalData" | "evalSplit">): Contradiction[] {
  const separate = evalData !== null || evalSplit !== null;
  return [
    ...(separate && heldOut !== null && heldOut > 0
      ? [{ option: "heldOut", value: heldOut, allowed: "left out, because evalData or evalSplit says what to evaluate on" }]
      : []),
    ...(heldOut !== null && heldOut > 1 && !Number.isInteger(heldOut)
      ? [{ option: "heldOut", value: heldOut, allowed: "a share below 1 or a whole number of prompts" }]
      : []),
  ];
}

/** The task that reads its problems from files: the name it has in configurations, its options and what they mean. */
export const dataTask = declare(
  "task",
  {
    key: "data",
    description:
      "Problems and answers from a file, with rewards by name. It is meant wherever the key data is given, so its name may be left out",
    options,
    check,
  },
  (parsed) => parsed,
);
