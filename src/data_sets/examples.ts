import type { Row } from "../io/rows.ts";
import { ConfigError, refusal } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import type { Problem } from "../tasks/task.ts";
import type { ExampleOptions } from "./options.ts";
import { type DataRows, heldApart, nothingIn, readRow } from "./problems.ts";
import { columnOf, fillTemplate, isTemplate, namesColumn, textOf } from "./template.ts";

/** Marks an answer that is not the last of its row's chat: what the row's columns say of a right answer is not meant for it. */
export const isEarlier = Symbol("earlier answer");

/** A prompt with the completion that is to be learned, without the token that ends it. The columns of its row stay beside them. */
export interface Example extends Problem {
  readonly completion: string;
  readonly [isEarlier]?: true;
}

/** Examples to learn, and others to measure the loss on. */
export interface DataExamples {
  readonly train: readonly Example[];
  readonly heldOut: readonly Example[];
}

/** The examples of rows. Those whose prompt is held out are not learned. @throws ConfigError that names the row and the column */
export function dataExamples(options: ExampleOptions, data: DataRows, evaluation?: DataRows): DataExamples {
  // All examples of a row are learned, or all are held out.
  const rows = heldApart(options, { data, evaluation }, (row, place) => toExamples(options, row, place));
  const heldOut = rows.eval.flatMap(({ examples }) => examples);
  const train = rows.train.flatMap(({ examples }) => examples);
  if (options.answers === "last") return { train, heldOut };
  // Chats that begin alike have answers in common.
  const known = new Set(heldOut.map(({ prompt }) => JSON.stringify(prompt)));
  return { train: train.filter(({ prompt }) => !known.has(JSON.stringify(prompt))), heldOut };
}

/** The examples of a row, and its prompt. */
interface RowExamples extends Pick<Problem, "prompt"> {
  readonly examples: readonly Example[];
}

function toExamples(options: ExampleOptions, row: Row, place: string): RowExamples {
  const { problem, answers } = readRow(options, row, place);
  const { prompt } = problem;
  if (options.completion !== null) return { prompt, examples: [{ ...problem, completion: completionOf(options.completion, row, place) }] };
  const learned = answers.filter(({ isLast }) => isLast || options.answers === "all");
  if (learned.length === 0) throw new ConfigError([`${place} has nothing to learn: ${REMEDY[options.answers]}`]);
  return {
    prompt,
    examples: learned.map(({ prompt, content, isLast }) => ({
      ...problem,
      prompt,
      completion: content,
      ...(!isLast && { [isEarlier]: true }),
    })),
  };
}

const REMEDY = {
  last: "task.completion must say what follows the prompt, unless the prompt is a chat that ends with a message of the assistant",
  all: "its prompt must be a chat in which the assistant answers; leave the row out",
};

function completionOf(completion: string, row: Row, place: string): string {
  const option = "task.completion";
  if (!isTemplate(completion)) {
    const value = columnOf(row, completion, place, option);
    // A model would learn to end at once, where an answer is missing.
    if (value === "") throw new ConfigError([nothingIn(place, completion, option)]);
    return textOf(value, `${place}: the column ${quoted(completion)}`);
  }
  if (namesColumn(completion)) return fillTemplate(completion, row, place, option);
  throw new ConfigError([refusal(option, completion, "a text that names a column in braces, such as {answer}, or the name of one column")]);
}

/** Every character of examples whose prompts are texts, in order: the alphabet of a tokenizer for a new model. @throws ConfigError for a chat */
export function charactersOf({ train, heldOut }: DataExamples): string {
  const found = new Set<string>();
  for (const { prompt, completion } of [...train, ...heldOut]) {
    if (typeof prompt !== "string") throw new ConfigError([NO_CHAT]);
    for (const character of `${prompt}${completion}`) found.add(character);
  }
  return [...found].sort().join("");
}

const NO_CHAT = "the prompts of task.data are chats, and a new model has no chat template; give texts, or the path of a model that has one";
