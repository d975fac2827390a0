import type { Row } from "../io/rows.ts";
import { ConfigError, refusal } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import type { Problem } from "../tasks/task.ts";
import type { ExampleOptions } from "./options.ts";
import { type DataRows, heldApart, readRow } from "./problems.ts";
import { columnOf, fillTemplate, isTemplate, namesColumn, textOf } from "./template.ts";

/** A prompt with the completion that is to be learned, without the token that ends it. The columns of its row stay beside them. */
export interface Example extends Problem {
  readonly completion: string;
}

/** Examples to learn, and others to measure the loss on. */
export interface DataExamples {
  readonly train: readonly Example[];
  readonly heldOut: readonly Example[];
}

/** The examples of rows. Those whose prompt is held out are not learned. @throws ConfigError that names the row and the column */
export function dataExamples(options: ExampleOptions, data: DataRows, evaluation?: DataRows): DataExamples {
  const { train, eval: heldOut } = heldApart(options, { data, evaluation }, (row, place) => toExample(options, row, place));
  return { train, heldOut };
}

function toExample(options: ExampleOptions, row: Row, place: string): Example {
  const { problem, answered } = readRow(options, row, place);
  const completion = options.completion === null ? answered : completionOf(options.completion, row, place);
  if (completion !== undefined) return { ...problem, completion };
  throw new ConfigError([
    `${place} has nothing to learn: task.completion must say what follows the prompt, unless the prompt is a chat that ends with a message of the assistant`,
  ]);
}

function completionOf(completion: string, row: Row, place: string): string {
  const option = "task.completion";
  if (!isTemplate(completion)) return textOf(columnOf(row, completion, place, option), `${place}: the column ${quoted(completion)}`);
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
