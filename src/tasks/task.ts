import type { z } from "zod";
import type { Prompt } from "../data/prompt.ts";
import { type Declaration, declare, type Factory } from "../options/define.ts";

/** One question of a task. Reward functions get its columns beside the prompt as they are. */
export interface Problem {
  readonly prompt: Prompt;
  /** The kind of the prompt, such as its difficulty. Metrics, and control where it is asked for, are kind by kind, so use few words. */
  readonly tag?: string;
  readonly [column: string]: unknown;
  /** Where the problem comes from, such as "train.jsonl, row 17", for messages. It is no column. */
  readonly [origin]?: string;
}

/** The key under which a problem keeps where it comes from. */
export const origin: unique symbol = Symbol("origin");

/** A problem whose prompt is a text as the model gets it. */
export interface TextProblem extends Problem {
  readonly prompt: string;
}

/** A task whose answers can be checked: problems, and a reward that follows from a problem and its completion alone. */
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
  problems(split: Split): readonly TextProblem[];
  /** Right completions, `stop` included, for the warm start. */
  solutions(problem: TextProblem): readonly string[];
  /** Reward in 0..1 of a completion, which must end in `stop`: one that was cut short gets 0. Never throws on what a model writes. */
  reward(problem: TextProblem, completion: string): number;
}

/** Problems to train on, or problems held out for evaluation. */
export type Split = "train" | "eval";

/** A task as it declares itself: `tasks.countdown({ numbers: 4 })` makes one from its options. */
export type TaskFactory<Options extends z.ZodObject = z.ZodObject> = Factory<Options, Task>;

/** Declares a task: its key, description and options, and the function that builds it from them. */
export function defineTask<Options extends z.ZodObject>({
  build,
  ...declaration
}: Declaration<Options> & {
  readonly build: (options: z.output<Options>) => Omit<Task, "name" | "description">;
}): TaskFactory<Options> {
  const { key, description } = declaration;
  return declare("task", declaration, (options) => ({ name: key, description, ...build(options) }));
}
