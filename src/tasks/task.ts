import type { z } from "zod";

/** One question of a task; columns beside the prompt reach reward functions as they are. */
export interface Problem {
  readonly prompt: string;
  /** The kind of the prompt, such as its difficulty, for whatever is measured or controlled kind by kind: a few different words. */
  readonly tag?: string;
  readonly [column: string]: unknown;
}

/** A verifiable task: problems, and a reward computed from the completion alone. */
export interface Task {
  readonly name: string;
  readonly description: string;
  /** Every character of prompts and completions, the end character included. */
  readonly alphabet: string;
  /** The character that ends a completion. */
  readonly stop: string;
  /** Longest prompt, in characters. */
  readonly maxPromptLength: number;
  /** Longest right completion, in characters, `stop` included. */
  readonly maxCompletionLength: number;
  /** The same problems in the same order every time; no problem of one split occurs in the other. */
  problems(split: Split): readonly Problem[];
  /** Right completions, `stop` included, for the warm start. */
  solutions(problem: Problem): readonly string[];
  /** Reward in 0..1 of a completion, which must end in `stop`: one that was cut short gets 0. Never throws on what a model writes. */
  reward(problem: Problem, completion: string): number;
}

export type Split = "train" | "eval";

/** Makes a task from its options; `key` is its name in configs, `options` their schema. */
export interface TaskFactory<Options extends z.ZodObject = z.ZodObject> {
  (options?: z.input<Options>): Task;
  readonly key: string;
  readonly description: string;
  readonly options: Options;
}

/** Declares a task by its key, one-line description, option schema (with defaults) and the function that builds it. */
export function defineTask<Options extends z.ZodObject>(
  key: string,
  description: string,
  options: Options,
  build: (options: z.output<Options>) => Omit<Task, "name" | "description">,
): TaskFactory<Options> {
  const create = (given: z.input<Options> = {} as z.input<Options>): Task => {
    const parsed = options.safeParse(given);
    if (!parsed.success) throw new Error(optionError(key, { ...defaultsOf(options), ...given }, parsed.error));
    return { name: key, description, ...build(parsed.data) };
  };
  return Object.assign(create, { key, description, options });
}

function defaultsOf(options: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options.shape).map(([name, option]) => [name, (option as z.ZodType).safeParse(undefined).data]));
}

function optionError(key: string, given: unknown, error: z.ZodError): string {
  const issue = error.issues[0]!;
  const path = issue.path.map(String);
  if (path.length === 0) return `task "${key}": ${issue.message}.`;
  const value = path.reduce<unknown>((object, name) => (object as Record<string, unknown> | undefined)?.[name], given);
  return `task.${path.join(".")} is ${JSON.stringify(value)} for task "${key}": ${issue.message}.`;
}
