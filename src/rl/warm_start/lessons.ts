import { stopTexts } from "../../data/stops.ts";
import type { DataExamples } from "../../data_sets/examples.ts";
import { ConfigError } from "../../options/problems.ts";
import { createRandom } from "../../random.ts";
import type { Problem, Task, TextProblem } from "../../tasks/task.ts";
import type { Score } from "../advantages/index.ts";
import type { SftConfig } from "../config/index.ts";
import { scoredBy } from "../evaluation/measure.ts";
import type { Sample } from "../learning/micro_batches.ts";
import { rowsOfSample, type Tokens } from "../learning/row_layout.ts";
import type { PolicyModel } from "../model.ts";
import { checkProblems, checkReadable } from "../problems.ts";
import { problemsOfStep } from "../sampling/prompts.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { checkColumns } from "../scoring/columns.ts";
import { type NamedReward, taskReward } from "../scoring/rewards.ts";
import { scoreCompletions } from "../scoring/score_completions.ts";
import { exampleTokens } from "./tokens.ts";

/** A task, whose solutions are learned. */
export interface OfTask {
  readonly task: Task;
}

/** Examples of one's own to learn. */
export interface OfExamples {
  readonly examples: DataExamples;
  /** What scores sampled completions of the held-out prompts. Default: nothing, and then none are sampled. */
  readonly rewards?: readonly NamedReward[];
  /** Texts that end a sampled completion, beside the model's own end tokens. */
  readonly stop?: readonly string[];
}

/** What a warm start learns from. */
export type Taught = OfTask | OfExamples;

/** What is sampled and scored to measure pass@1. */
export interface Exam {
  readonly problems: readonly Problem[];
  /** Tokens of the longest completion that is wanted. */
  readonly maxNewTokens: number;
  readonly stop: readonly string[];
  readonly score: (entries: readonly RolloutEntry[]) => Promise<readonly Score[]>;
}

/** What a warm start learns, and what it is measured by. */
export interface Lessons {
  /** No example takes more rows of a batch. */
  readonly maxRows: number;
  /** The examples of each step. Steps are asked for in their order, from 1 on. */
  readonly examplesOf: (step: number) => Sample[];
  /** Examples that are not learned, to measure the loss on. */
  readonly heldOut: readonly Sample[];
  /** Undefined where nothing scores completions. */
  readonly exam: Exam | undefined;
  /** Examples that are left out, because they are longer than `sft.maxLength` or the model's context. */
  readonly leftOut: number;
}

type Course = Pick<SftConfig, "sft" | "eval" | "seed">;

/** Prepares what is learned for a model. @throws ConfigError for examples that it cannot read, or of which it can hold none */
export function lessonsFor(model: PolicyModel, taught: Taught, config: Course): Lessons {
  return "task" in taught ? lessonsOfTask(model, taught.task, config) : lessonsOfExamples(model, taught, config);
}

function lessonsOfTask(model: PolicyModel, task: Task, { sft, seed, eval: { prompts } }: Course): Lessons {
  const problems = task.problems("train");
  // A model that is loaded may have another alphabet.
  checkReadable(model.tokenizer, `the task ${task.name}`, [{ prompt: task.alphabet }]);
  const random = createRandom(seed ^ 0x5f7a11ed);
  const solved = (problem: TextProblem): Tokens => {
    const solutions = task.solutions(problem);
    const completion = solutions[random.integer(solutions.length)]!;
    return {
      promptIds: model.tokenizer.encode(problem.prompt),
      completionIds: model.tokenizer.encode(completion, { specialTokens: false }),
    };
  };
  return {
    maxRows: task.maxPromptLength + task.maxCompletionLength + 1,
    examplesOf: () => Array.from({ length: sft.batch }, () => toSample(solved(problems[random.integer(problems.length)]!))),
    heldOut: [],
    exam: {
      problems: task.problems("eval").slice(0, prompts),
      maxNewTokens: task.maxCompletionLength,
      stop: stopTexts(task.stop),
      score: scoredBy(taskReward(task)),
    },
    leftOut: 0,
  };
}

function lessonsOfExamples(
  model: PolicyModel,
  { examples, rewards = [], stop = [] }: OfExamples,
  { sft, seed, eval: { prompts } }: Course,
): Lessons {
  checkProblems("examples.train", examples.train);
  const context = model.module.contextLength;
  const most = Math.min(sft.maxLength ?? context, context);
  const all = exampleTokens(model, examples.train);
  const fitting = all.filter((tokens) => lengthOf(tokens) <= most);
  if (fitting.length === 0) {
    const shortest = Math.min(...all.map(lengthOf));
    const remedy = most < context ? "raise sft.maxLength" : "take a model of a longer context, or shorter examples";
    throw new ConfigError([`no example has at most ${most} tokens, the shortest has ${shortest}; ${remedy}`]);
  }
  const problems = examples.heldOut.slice(0, prompts);
  const heldOut = exampleTokens(model, problems);
  const isFitting = heldOut.map((tokens) => lengthOf(tokens) <= most);
  const kept = heldOut.filter((_, i) => isFitting[i]);
  return {
    maxRows: [...fitting, ...kept].reduce((rows, tokens) => Math.max(rows, rowsOfSample(tokens)), 1),
    examplesOf: (step) => problemsOfStep(fitting, { seed, step: step - 1, count: sft.batch }).map(toSample),
    heldOut: kept.map(toSample),
    exam: examOf(model, { problems: problems.filter((_, i) => isFitting[i]), heldOut: kept, rewards, stop }),
    leftOut: all.length - fitting.length + heldOut.length - kept.length,
  };
}

interface ExamOptions extends Pick<Exam, "problems" | "stop"> {
  readonly heldOut: readonly Tokens[];
  readonly rewards: readonly NamedReward[];
}

function examOf(model: PolicyModel, { problems, heldOut, rewards, stop }: ExamOptions): Exam | undefined {
  if (rewards.length === 0 || problems.length === 0) return undefined;
  checkColumns("example", problems, rewards);
  checkReadable(model.tokenizer, "the held-out examples", problems);
  const maxNewTokens = heldOut.reduce((most, { completionIds }) => Math.max(most, completionIds.length), 1);
  const judge = scoreCompletions({ model, rewards, stop }, maxNewTokens);
  return { problems, maxNewTokens, stop, score: async (entries) => (await judge(entries, 0)).rewards };
}

const lengthOf = ({ promptIds, completionIds }: Tokens): number => promptIds.length + completionIds.length;

function toSample(tokens: Tokens): Sample {
  return { ...tokens, oldLogprobs: new Float32Array(tokens.completionIds.length), advantage: 0 };
}
