import type { Prompt } from "../data/prompt.ts";
import type { Row } from "../io/rows.ts";
import { ConfigError } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import type { Problem } from "../tasks/task.ts";
import type { ExampleOptions } from "./options.ts";
import { type DataRows, heldApart, toProblem } from "./problems.ts";
import { columnOf, fillTemplate, isTemplate, textOf } from "./template.ts";

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
  const problem = toProblem(options, row, place);
  if (options.completion === null) return { ...problem, ...lastAnswer(problem.prompt, place) };
  return { ...problem, completion: completionOf(options.completion, row, place) };
}

function completionOf(completion: string, row: Row, place: string): string {
  if (isTemplate(completion)) return fillTemplate(completion, row, place, "task.completion");
  return textOf(columnOf(row, completion, place, "task.completion"), `${place}: the column ${quoted(completion)}`);
}

/** Where nothing says what the completion is, it is the last message of a chat. */
function lastAnswer(prompt: Prompt, place: string): Pick<Example, "prompt" | "completion"> {
  const last = typeof prompt === "string" ? undefined : prompt.at(-1);
  if (typeof prompt !== "string" && last?.role === "assistant" && prompt.length > 1) {
    return { prompt: prompt.slice(0, -1), completion: last.content };
  }
  throw new ConfigError([
    `${place} has nothing to learn: task.completion must say what follows the prompt, unless the prompt is a chat that ends with a message of the assistant`,
  ]);
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
