import { encodePrompt, isMessage } from "../data/prompt.ts";
import { AlphabetError } from "../data/text_check.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import { ConfigError, isMapping, refusal } from "../options/problems.ts";
import { quoted, reasonOf } from "../options/quote.ts";
import { origin, type Problem } from "../tasks/task.ts";

/**
 * Refuses problems that cannot be trained on, before anything is built for them. `option` is the name that messages give the list.
 * @throws ConfigError naming the record, what is wrong with it, and the remedy
 */
export function checkProblems(option: string, problems: readonly Problem[], { least = 1 } = {}): void {
  if (!Array.isArray(problems)) throw new ConfigError([refusal(option, problems, 'a list of records such as { prompt: "1+1=" }')]);
  if (problems.length < least) throw new ConfigError([`${option} is empty; give at least one record such as { prompt: "1+1=" }`]);
  for (const [index, problem] of problems.entries()) {
    const wrong = problemOf(problem);
    if (wrong !== undefined) throw new ConfigError([`${option}.${index}${wrong}`]);
  }
}

/** What is wrong with one record, as the rest of a line that begins with its name. */
function problemOf(problem: unknown): string | undefined {
  if (!isMapping(problem)) return ` is ${quoted(problem)}; it must be a record such as { prompt: "1+1=" }`;
  const { prompt, tag } = problem;
  const wrong = Array.isArray(prompt) ? messagesProblem(prompt) : textProblem(prompt);
  if (wrong !== undefined) return `.prompt${wrong}`;
  return tag === undefined || typeof tag === "string" ? undefined : `.tag is ${quoted(tag)}; it must be a text, or left out`;
}

function textProblem(prompt: unknown): string | undefined {
  if (typeof prompt === "string" && prompt !== "") return undefined;
  return prompt === undefined
    ? " is missing; it must be a text that the model continues, or a list of messages"
    : ` is ${quoted(prompt)}; it must be a text of at least one character, or a list of messages`;
}

function messagesProblem(messages: readonly unknown[]): string | undefined {
  if (messages.length === 0) return ' is an empty list; it must hold at least one message such as { role: "user", content: "1+1=" }';
  const wrong = messages.findIndex((message) => !isMessage(message));
  return wrong < 0 ? undefined : `.${wrong} is ${quoted(messages[wrong])}; it must be a message such as { role: "user", content: "1+1=" }`;
}

/**
 * Refuses prompts that the model's tokenizer or its chat template cannot write. `option` is the name that messages give the list.
 * @throws ConfigError naming the problem, with the reason and what to do about it
 */
export function checkReadable(tokenizer: Tokenizer, option: string, problems: readonly Problem[]): void {
  for (const [index, problem] of problems.entries()) {
    const row = problem[origin];
    const place = row ?? `${option}.${index}`;
    const ids = readable(place, () => encodePrompt(tokenizer, problem.prompt), row);
    if (ids.length === 0) throw new ConfigError([`${place} has the prompt ${quoted(problem.prompt)}, which is no token; give it a text`]);
  }
}

/** What a prompt must leave room for. */
export interface Room {
  readonly contextLength: number;
  readonly maxNewTokens: number;
  /** What the longest completion is called where it is set. */
  readonly option: string;
}

/** @throws ConfigError naming the first problem whose prompt leaves too little of the context for a completion */
export function checkRoom(
  tokenizer: Tokenizer,
  list: string,
  problems: readonly Problem[],
  { contextLength, maxNewTokens, option }: Room,
): void {
  for (const [index, { prompt, [origin]: row }] of problems.entries()) {
    const { length } = encodePrompt(tokenizer, prompt);
    if (length + maxNewTokens <= contextLength) continue;
    const fact = `its prompt has ${length} tokens, and with ${option} ${maxNewTokens} that is more than the model's context of ${contextLength}`;
    const fits = length < contextLength ? `lower ${option} to ${contextLength - length}, or ` : "";
    throw new ConfigError([`${row ?? `${list}.${index}`}: ${fact}; ${fits}leave the ${row === undefined ? "problem" : "row"} out`]);
  }
}

/** Refuses texts that end completions and that are none, or that the model's tokenizer cannot write. */
export function checkStop(stop: unknown, tokenizer?: Tokenizer): void {
  const texts: unknown = typeof stop === "string" ? [stop] : stop;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
    throw new ConfigError([refusal("stop", stop, 'the text that ends a completion, such as "$", or a list of texts, which may be empty')]);
  }
  for (const text of texts as string[]) readable(`stop ${quoted(text)}`, () => tokenizer?.encode(text, { specialTokens: false }));
}

/** `row` is the row of a user's file that a problem comes from, and that may be left out. */
function readable<Result>(place: string, read: () => Result, row?: string): Result {
  try {
    return read();
  } catch (error) {
    const reason = reasonOf(error).replace(/; remove it$/, "");
    if (!(error instanceof AlphabetError)) throw new ConfigError([`${place}: ${reason}`]);
    const remedy = "train on a task of this model's alphabet, or warm-start a model for this one with sft";
    const [where, also] = row === undefined ? ["", ""] : [`${row}: `, "leave the row out, "];
    throw new ConfigError([`${where}this model cannot read the task: ${reason}; ${also}${remedy}`]);
  }
}
