import { stopTexts } from "../../data/stops.ts";
import { type DataExamples, type Example, isEarlier } from "../../data_sets/examples.ts";
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
import { checkRewards, type NamedReward, type RewardFailure, taskReward } from "../scoring/rewards.ts";
import { scoreCompletions } from "../scoring/score_completions.ts";
import { solutionsOf } from "./solutions.ts";
import { exampleEncoder } from "./tokens.ts";

/** A task, whose solutions are learned. */
export interface OfTask {
  readonly task: Task;
  readonly examples?: undefined;
}

/** Examples of one's own to learn. */
export interface OfExamples {
  readonly examples: DataExamples;
  readonly task?: undefined;
  /** What scores sampled completions of the held-out prompts. Default: nothing, and then none are sampled. */
  readonly rewards?: readonly NamedReward[];
  /** Texts that end a sampled completion, beside the model's own end tokens. */
  readonly stop?: readonly string[];
  /** Is told of every prompt that a reward could not score. */
  readonly onRewardFailure?: (failure: RewardFailure) => void;
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
  /** How many examples there are to learn, or problems of a task. */
  readonly count: number;
  /** What gives the examples of the steps behind so many, one step a call. */
  readonly examplesAfter: (steps: number) => () => Sample[];
  /** Examples that are not learned, to measure the loss on. */
  readonly heldOut: readonly Sample[];
  /** Undefined where nothing scores completions. */
  readonly exam: Exam | undefined;
  /** Examples that are left out, because they have more than `most` tokens. */
  readonly leftOut: number;
  readonly most: number;
}

type Course = Pick<SftConfig, "sft" | "eval" | "seed">;

/** Prepares what is learned for a model. @throws ConfigError for examples that it cannot read, or of which it can hold none */
export function lessonsFor(model: PolicyModel, taught: Taught, config: Course): Lessons {
  return taught.task ? lessonsOfTask(model, taught.task, config) : lessonsOfExamples(model, taught, config);
}

function lessonsOfTask(model: PolicyModel, task: Task, { sft, seed, eval: { prompts } }: Course): Lessons {
  const problems = task.problems("train");
  checkProblems(`the training problems of the task ${task.name}`, problems);
  // A model that is loaded may have another alphabet.
  checkReadable(model.tokenizer, `the task ${task.name}`, [{ prompt: task.alphabet }]);
  const toTokens = ({ problem, solution }: Solved): Tokens => ({
    promptIds: model.tokenizer.encode(problem.prompt),
    completionIds: model.tokenizer.encode(solution, { specialTokens: false }),
  });
  return {
    maxRows: task.maxPromptLength + task.maxCompletionLength + 1,
    count: problems.length,
    examplesAfter: (steps) => {
      const draw = solvedProblems(task, problems, { seed, after: steps * sft.batch });
      return () => Array.from({ length: sft.batch }, () => toSample(toTokens(draw())));
    },
    heldOut: [],
    exam: {
      problems: task.problems("eval").slice(0, prompts),
      maxNewTokens: task.maxCompletionLength,
      stop: stopTexts(task.stop),
      score: scoredBy(taskReward(task)),
    },
    leftOut: 0,
    most: model.module.contextLength,
  };
}

interface Solved {
  readonly problem: TextProblem;
  readonly solution: string;
}

/** Draws random problems, each with a random one of its solutions, behind those that were drawn already. */
function solvedProblems(
  task: Task,
  problems: readonly TextProblem[],
  { seed, after }: { readonly seed: number; readonly after: number },
): () => Solved {
  const random = createRandom(seed ^ 0x5f7a11ed);
  // Solutions take long to find, and how many there are is all that the numbers drawn so far depend on.
  const counts = new Map<TextProblem, number>();
  for (let drawn = 0; drawn < after; drawn += 1) {
    const problem = problems[random.integer(problems.length)]!;
    const count = counts.get(problem) ?? solutionsOf(task, problem).length;
    counts.set(problem, count);
    random.integer(count);
  }
  return () => {
    const problem = problems[random.integer(problems.length)]!;
    const solutions = solutionsOf(task, problem);
    return { problem, solution: solutions[random.integer(solutions.length)]! };
  };
}

function lessonsOfExamples(model: PolicyModel, { examples, ...judging }: OfExamples, { sft, seed, eval: { prompts } }: Course): Lessons {
  const { train, heldOut = [] } = examples;
  checkProblems("examples.train", train);
  const context = model.module.contextLength;
  const most = Math.min(sft.maxLength ?? context, context);
  const all = train.map(exampleEncoder(model, "examples.train"));
  const fitting = all.filter((tokens) => lengthOf(tokens) <= most);
  if (fitting.length === 0) {
    const shortest = all.reduce((least, tokens) => Math.min(least, lengthOf(tokens)), Number.POSITIVE_INFINITY);
    const remedy = most < context ? "raise sft.maxLength" : "take a model of a longer context, or shorter examples";
    throw new ConfigError([`no example has at most ${most} tokens, the shortest has ${shortest}; ${remedy}`]);
  }
  const held = takeFitting(model, heldOut, { most, prompts });
  return {
    count: fitting.length,
    maxRows: [...fitting, ...held.tokens].reduce((rows, tokens) => Math.max(rows, rowsOfSample(tokens)), 1),
    examplesAfter: (steps) => {
      let step = steps;
      return () => {
        const examples = problemsOfStep(fitting, { seed, step, count: sft.batch }).map(toSample);
        step += 1;
        return examples;
      };
    },
    heldOut: held.tokens.map(toSample),
    exam: examOf(model, held, judging),
    leftOut: all.length - fitting.length + held.leftOut,
    most,
  };
}

/** Held-out examples that are short enough. */
interface HeldOutExamples {
  readonly examples: readonly Example[];
  readonly tokens: readonly Tokens[];
  readonly leftOut: number;
}

/** The first so many held-out examples that have at most `most` tokens. */
function takeFitting(
  model: PolicyModel,
  examples: readonly Example[],
  { most, prompts }: { readonly most: number; readonly prompts: number },
): HeldOutExamples {
  const encode = exampleEncoder(model, "examples.heldOut");
  const [taken, tokens]: [Example[], Tokens[]] = [[], []];
  let leftOut = 0;
  for (const [i, example] of examples.entries()) {
    if (tokens.length === prompts) break;
    const own = encode(example, i);
    if (lengthOf(own) > most) {
      leftOut += 1;
    } else {
      taken.push(example);
      tokens.push(own);
    }
  }
  return { examples: taken, tokens, leftOut };
}

/** Sampled answers have room for the longest held-out completion, or what the model's context leaves behind the longest prompt. */
function examOf(
  model: PolicyModel,
  { examples, tokens }: HeldOutExamples,
  { rewards = [], stop = [], onRewardFailure }: Omit<OfExamples, "examples" | "task">,
): Exam | undefined {
  if (rewards.length > 0) checkRewards(rewards);
  const problems = examples.filter((example) => !example[isEarlier]);
  if (rewards.length === 0 || problems.length === 0) return undefined;
  checkColumns("example", problems, rewards);
  const longest = (of: (tokens: Tokens) => readonly number[]): number => tokens.reduce((most, one) => Math.max(most, of(one).length), 1);
  const left = model.module.contextLength - longest(({ promptIds }) => promptIds);
  const maxNewTokens = Math.min(
    left,
    longest(({ completionIds }) => completionIds),
  );
  const judge = scoreCompletions({ model, rewards, stop, onRewardFailure }, maxNewTokens);
  return { problems, maxNewTokens, stop, score: async (entries) => (await judge(entries, 0)).rewards };
}

const lengthOf = ({ promptIds, completionIds }: Tokens): number => promptIds.length + completionIds.length;

function toSample(tokens: Tokens): Sample {
  return { ...tokens, oldLogprobs: new Float32Array(tokens.completionIds.length), advantage: 0 };
}
