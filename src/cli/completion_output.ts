import { closeSync, fstatSync, ftruncateSync, lstatSync, openSync, rmSync, writeFileSync } from "node:fs";
import { continuation, decoderAfter } from "../data/continuation.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import { UnavailableError } from "../io/file_error.ts";
import { writeError } from "../io/write_whole.ts";
import { brief, reasonOf } from "../options/quote.ts";
import type { Completion } from "../policy/sampler.ts";
import { duration } from "../report/terminal.ts";
import type { WrittenPrompt } from "../rl/generate.ts";
import { UsageError } from "./errors.ts";
import { unwritable } from "./user_input.ts";

/** Where completions go. */
export interface CompletionOutput {
  /** Takes the tokens of the only completion as they come; undefined where whole completions are shown. */
  readonly onTokens?: (ids: readonly number[]) => void;
  onCompletion(index: number, completion: Completion): void;
  /** Everything was completed. */
  end(): void;
  close(): void;
}

interface OutputFlags {
  readonly output?: string;
  readonly json?: boolean;
}

/** @throws UsageError for a file that exists, or cannot be made */
export function createOutput({ output, json }: OutputFlags, tokenizer: Tokenizer, prompts: readonly WrittenPrompt[]): CompletionOutput {
  const recordOf = (index: number, completion: Completion) => recordOfCompletion(tokenizer, prompts[index]!, completion);
  if (output !== undefined) return fileOutput(output, recordOf, prompts.length);
  if (json) return jsonOutput(recordOf, prompts.length);
  return prompts.length === 1 ? streamedOutput(tokenizer, prompts[0]!) : textOutput(tokenizer, prompts);
}

type RecordOf = (index: number, completion: Completion) => object;

function recordOfCompletion(tokenizer: Tokenizer, { text, ids }: WrittenPrompt, completion: Completion): object {
  return {
    prompt: text,
    promptTokens: ids,
    tokens: completion.ids,
    text: continuation(tokenizer, ids, completion.ids),
    logprobs: [...completion.logprobs],
    finishReason: completion.finishReason,
  };
}

const nothing = (): void => {};

function jsonOutput(recordOf: RecordOf, count: number): CompletionOutput {
  const completions = Array<object>(count);
  return {
    onCompletion: (index, completion) => {
      completions[index] = recordOf(index, completion);
    },
    end: () => void process.stdout.write(`${JSON.stringify({ completions })}\n`),
    close: nothing,
  };
}

/** A prompt, and then its completion token by token. */
function streamedOutput(tokenizer: Tokenizer, { text, isText, ids }: WrittenPrompt): CompletionOutput {
  const decoder = decoderAfter(tokenizer, ids);
  if (isText) process.stdout.write(text);
  const write = (piece: string): void => {
    if (piece !== "") process.stdout.write(piece);
  };
  return {
    onTokens: (ids) => write(ids.map((id) => decoder.push(id)).join("")),
    onCompletion: nothing,
    end: () => write(`${decoder.end()}\n`),
    close: nothing,
  };
}

function textOutput(tokenizer: Tokenizer, prompts: readonly WrittenPrompt[]): CompletionOutput {
  const show = inOrder<Completion>((index, completion) => {
    const { text, isText, ids } = prompts[index]!;
    process.stdout.write(`${isText ? text : ""}${continuation(tokenizer, ids, completion.ids)}\n`);
  });
  return { onCompletion: show, end: nothing, close: nothing };
}

/** Calls `use` with what comes in any order in the order of the indices. */
function inOrder<Item>(use: (index: number, item: Item) => void): (index: number, item: Item) => void {
  const waiting = new Map<number, Item>();
  let next = 0;
  return (index, item) => {
    waiting.set(index, item);
    for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
      waiting.delete(next);
      use(next, ready);
      next += 1;
    }
  };
}

const PROGRESS_MS = 2000;

/**
 * A line of JSON for each completion, in the order of the prompts, as soon as those before it are there. Progress goes to stderr. Where it
 * ends early the file keeps its lines, and one without any is removed, so that the same command can be given again.
 */
function fileOutput(path: string, recordOf: RecordOf, count: number): CompletionOutput {
  const file = openNew(path);
  let lines = 0;
  const write = inOrder<object>((_, record) => {
    try {
      appendLine(file, JSON.stringify(record));
    } catch (error) {
      throw lines === 0 ? writeError(path, error) : keptError(writeError(path, error), `the first ${lines} of ${count} completions`);
    }
    lines += 1;
  });
  const began = performance.now();
  let [done, tokens, said] = [0, 0, began];
  const say = (now: number): void => {
    const seconds = (now - began) / 1000;
    const left = done === count ? "" : `, about ${duration((seconds * (count - done)) / done)} left`;
    process.stderr.write(`${done} of ${count} completions, ${tokens} tokens, ${Math.round(tokens / seconds)} tokens/s${left}\n`);
    said = now;
  };
  return {
    onCompletion: (index, completion) => {
      write(index, recordOf(index, completion));
      [done, tokens] = [done + 1, tokens + completion.ids.length];
      if (performance.now() - said > PROGRESS_MS) say(performance.now());
    },
    end: () => {
      say(performance.now());
      process.stdout.write(`wrote ${brief(path)}\n`);
    },
    close: () => {
      closeSync(file);
      if (lines === 0) rmSync(path, { force: true });
    },
  };
}

/** All of a line or nothing of it, which is what a full disk may take a part of. */
function appendLine(file: number, line: string): void {
  const { size } = fstatSync(file);
  try {
    writeFileSync(file, Buffer.from(`${line}\n`));
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

function keptError(error: unknown, kept: string): unknown {
  if (!(error instanceof UnavailableError)) return error;
  return new UnavailableError(`${error.message} It holds ${kept}; move it away or name another file for the next try.`);
}

function openNew(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw unwritable("--output", path, code ?? reasonOf(error));
    const found = lstatSync(path);
    if (found.isDirectory()) throw unwritable("--output", path, "EISDIR");
    // A command that was killed before its first completion leaves an empty file.
    if (found.isFile() && found.size === 0) return openSync(path, "w");
    throw new UsageError(`--output ${brief(path)} exists; remove it, or name another file`);
  }
}
