import { type ChatMessage, type Prompt, withSystem } from "../data/prompt.ts";
import { toolCallsProblem } from "../data/tool_calls.ts";
import type { Row } from "../io/rows.ts";
import { ConfigError, isMapping } from "../options/problems.ts";
import { brief, quoted } from "../options/quote.ts";
import { origin, type Problem } from "../tasks/task.ts";
import { type HeldOut, holdOut, type Keyed } from "./held_out.ts";
import type { DataOptions } from "./options.ts";
import { columnOf, fillTemplate, isTemplate, textOf } from "./template.ts";

/** Rows as they were read, and the name that messages give them. */
export interface DataRows {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** Problems to train on, and others to evaluate on. */
export interface DataProblems {
  readonly trainProblems: readonly Problem[];
  readonly evalProblems: readonly Problem[];
}

/** What share of the rows is held out where nothing says so. */
const HELD_OUT = 0.1;

/**
 * The problems to train and to evaluate on. Every column of a row is a column of its problem. Rows whose prompt is evaluated on are not
 * trained on. @throws ConfigError that names the row and the column
 */
export function dataProblems(options: DataOptions, data: DataRows, evaluation?: DataRows): DataProblems {
  const held = heldApart(options, { data, evaluation }, (row, place) => toProblem(options, row, place));
  return { trainProblems: held.train, evalProblems: held.eval };
}

/** Rows to train on, and others to evaluate on where they are not held out. */
interface DataSplits {
  readonly data: DataRows;
  readonly evaluation: DataRows | undefined;
}

/** What `make` makes of rows, to train and to evaluate on. @throws ConfigError where none is left for one of them */
export function heldApart<Item extends Pick<Problem, "prompt">>(
  options: Pick<DataOptions, "heldOut" | "limit" | "evalData">,
  { data, evaluation }: DataSplits,
  make: (row: Row, place: string) => Item,
): HeldOut<Item> {
  const itemsOf = ({ name, rows }: DataRows): Item[] => rows.map((row, index) => make(row, `${brief(name)} row ${index + 1}`));
  const all = itemsOf(data);
  const keyed = all.map((item) => ({ item, key: JSON.stringify(item.prompt) }));
  const held = evaluation === undefined ? holdOut(keyed, options.heldOut ?? HELD_OUT) : apart(keyed, itemsOf(evaluation));
  if (held.train.length === 0) throw new ConfigError([nothingToTrainOn(options, { data, evaluation })]);
  if (held.eval.length === 0 && options.heldOut !== 0) throw new ConfigError([nothingToEvaluateOn(options, { data, evaluation })]);
  return { train: held.train.slice(0, options.limit ?? all.length), eval: held.eval };
}

function nothingToTrainOn({ evalData }: Pick<DataOptions, "evalData">, { data: { name, rows }, evaluation }: DataSplits): string {
  const fact = `${brief(name)} leaves no row to train on`;
  if (rows.length === 0) return `${fact}: it holds no rows; give task.data that has some`;
  if (!evaluation) return `${fact}: all ${rows.length} of its rows are held out; give more rows, or lower task.heldOut`;
  const remedy = `give ${evaluationOption(evalData)} other rows, or leave it out, which holds rows of task.data out`;
  return `${fact}: the prompts of all ${rows.length} of its rows are evaluated on, in ${brief(evaluation.name)}; ${remedy}`;
}

function nothingToEvaluateOn({ evalData }: Pick<DataOptions, "evalData">, { data, evaluation }: DataSplits): string {
  if (!evaluation) return `${brief(data.name)} leaves no row to evaluate on; give task.evalData or raise task.heldOut, such as to 1`;
  const remedy = `give ${evaluationOption(evalData)} some, or leave it out, which holds rows of task.data out`;
  return `${brief(evaluation.name)} holds no rows to evaluate on; ${remedy}`;
}

/** The option that says what to evaluate on; a split alone is one of the training data. */
function evaluationOption(evalData: DataOptions["evalData"]): string {
  return evalData === null ? "task.evalSplit" : "task.evalData";
}

function apart<Item extends Pick<Problem, "prompt">>(keyed: readonly Keyed<Item>[], evaluation: readonly Item[]): HeldOut<Item> {
  const known = new Set(evaluation.map(({ prompt }) => JSON.stringify(prompt)));
  return { train: keyed.filter(({ key }) => !known.has(key)).map(({ item }) => item), eval: evaluation };
}

function toProblem(options: DataOptions, row: Row, place: string): Problem {
  const { problem, answers } = readRow(options, row, place);
  const last = typeof problem.prompt === "string" ? undefined : problem.prompt.at(-1);
  // An answer that has a message before it is no part of the prompt; this one would be shown.
  if (last?.role !== "assistant" || answers.length > 0) return problem;
  const where = `${place}: the column ${quoted(options.prompt)}`;
  throw new ConfigError([`${where} holds nothing but a message of the assistant, which is no prompt; leave the row out`]);
}

/** What a row asks, and what its chat answers. */
export interface ReadRow {
  /** The last message of a chat is no part of the prompt where it is the assistant's. */
  readonly problem: Problem;
  /** Every message of the assistant in a chat that has one before it, and whether it ends the chat. */
  readonly answers: readonly Answer[];
}

/** An answer in a chat. */
export interface Answer {
  readonly prompt: readonly ChatMessage[];
  readonly content: string;
  readonly isLast: boolean;
}

/** The problem of a row, which `place` names. @throws ConfigError that names the row and the column */
export function readRow(options: DataOptions, row: Row, place: string): ReadRow {
  const { answer, tag } = options;
  if (answer === "tag" && tag === null) throw new ConfigError([TAKEN]);
  if (answer !== null && isEmpty(columnOf(row, answer, place, "task.answer"))) {
    throw new ConfigError([nothingIn(place, answer, "task.answer")]);
  }
  const { tag: _, ...columns } = row;
  const { prompt, answers } = promptOf(options, row, place);
  const kind = tag === null ? {} : { tag: textOf(columnOf(row, tag, place, "task.tag"), `${place}: the column ${quoted(tag)}`) };
  return { problem: { ...columns, prompt, [origin]: place, ...kind }, answers };
}

/** That a row, which `place` names, has nothing in the column that an option names. */
export function nothingIn(place: string, column: string, option: string): string {
  return `${place} has nothing in the column ${quoted(column)}, which ${option} names; leave the row out`;
}

/** Metrics and control know `tag` by another meaning: what the option of that name says. */
const TAKEN =
  'task.answer is "tag", which no problem may have as a column of its own; give the column another name, or name it by task.tag too';

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

function promptOf({ prompt, system, chat }: DataOptions, row: Row, place: string): { prompt: Prompt } & Pick<ReadRow, "answers"> {
  const value = isTemplate(prompt) ? fillTemplate(prompt, row, place) : columnOf(row, prompt, place, "task.prompt");
  const where = `${place}: the column ${quoted(prompt)}`;
  if (value === "")
    throw new ConfigError([
      isTemplate(prompt) ? `${place} has an empty prompt; leave the row out` : nothingIn(place, prompt, "task.prompt"),
    ]);
  const messages = Array.isArray(value) ? messagesOf(value, where) : undefined;
  if (messages === undefined && system === null && !chat) return { prompt: textOf(value, where), answers: [] };
  const given = messages ?? [{ role: "user", content: textOf(value, where) }];
  const answers = given.flatMap(({ role, content }, i) => {
    return role === "assistant" && i > 0 ? [{ prompt: told(given.slice(0, i), system), content, isLast: i === given.length - 1 }] : [];
  });
  const last = answers.at(-1);
  return { prompt: last?.isLast ? last.prompt : told(given, system), answers };
}

/** Messages with a system prompt before them, unless they begin with one. */
function told(messages: readonly ChatMessage[], system: string | null): readonly ChatMessage[] {
  return system === null || messages[0]?.role === "system" ? messages : withSystem(messages, system);
}

function messagesOf(value: readonly unknown[], place: string): ChatMessage[] {
  if (value.length === 0) throw new ConfigError([`${place} holds no message; leave the row out`]);
  const calls = toolCallsProblem(value);
  if (calls !== undefined) throw new ConfigError([`${place} ${calls}`]);
  return value.map((message, index) => {
    const { role, content }: Record<string, unknown> = isMapping(message) ? message : {};
    const words = Array.isArray(content) ? joinedParts(content) : content;
    if (typeof role === "string" && typeof words === "string") return { role, content: words };
    throw new ConfigError([`${place} holds ${quoted(message)} as message ${index + 1}; it must have the texts role and content`]);
  });
}

/** The text of a content in parts; undefined where a part is no text, such as an image. */
function joinedParts(parts: readonly unknown[]): string | undefined {
  const texts = parts.map((part) => (isMapping(part) && part.type === "text" ? part.text : undefined));
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}
