import { extname } from "node:path";
import { isMessage, type Prompt } from "../data/prompt.ts";
import { toolCallsProblem } from "../data/tool_calls.ts";
import { isMapping } from "../options/problems.ts";
import { brief, quoted, reasonOf } from "../options/quote.ts";
import { UsageError } from "./errors.ts";
import { readUserFile } from "./options.ts";

export interface PromptFlags {
  readonly prompt?: readonly string[];
  readonly file?: string;
  readonly chat?: boolean;
}

/** The prompts of a command: those of --prompt, then those of --file. @throws UsageError where there are none, or the file has none */
export async function readPrompts({ prompt = [], file, chat }: PromptFlags): Promise<readonly Prompt[]> {
  const prompts: readonly Prompt[] = [...prompt, ...(file === undefined ? [] : promptsOf(await readUserFile(file), file))];
  if (prompts.length === 0) {
    throw new UsageError(file === undefined ? "there is no prompt; give --prompt TEXT or --file PATH" : `${brief(file)} holds no prompt`);
  }
  return chat ? prompts.map((each) => (typeof each === "string" ? [{ role: "user", content: each }] : each)) : prompts;
}

/** One prompt a line: as text, or in a file *.jsonl or *.ndjson as an object with `prompt` or `messages`. Empty lines are none. */
function promptsOf(text: string, file: string): Prompt[] {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, place: `${brief(file)}, line ${i + 1}` }));
  const isJson = [".jsonl", ".ndjson"].includes(extname(file).toLowerCase());
  const full = lines.filter(({ line }) => line.trim() !== "");
  return full.map(({ line, place }) => (isJson ? promptOf(parsed(line, place), place) : line));
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${place} is not valid JSON: ${reasonOf(error)}`);
  }
}

function promptOf(value: unknown, place: string): Prompt {
  const prompt = isMapping(value) ? (value.messages ?? value.prompt) : value;
  if (typeof prompt === "string" && prompt !== "") return prompt;
  const calls = Array.isArray(prompt) ? toolCallsProblem(prompt) : undefined;
  if (calls !== undefined) throw new UsageError(`${place} ${calls}`);
  if (Array.isArray(prompt) && prompt.length > 0 && prompt.every(isMessage)) return prompt.map(({ role, content }) => ({ role, content }));
  const allowed = 'an object with the key prompt (a text) or messages (a list of { "role": ..., "content": ... })';
  throw new UsageError(`${place} is ${quoted(value)}; it must be ${allowed}`);
}
