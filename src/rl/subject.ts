import type { Problem, Task } from "../tasks/task.ts";
import { type NamedReward, taskReward } from "./scoring/rewards.ts";

/** What there is to learn: problems to train and to evaluate on, and what rewards their completions. */
export interface Subject {
  readonly name: string;
  readonly trainProblems: readonly Problem[];
  readonly evalProblems: readonly Problem[];
  readonly rewards: readonly NamedReward[];
  /** Texts that end a completion, beside the model's own end tokens. */
  readonly stop: readonly string[];
  /** Tokens of the longest right completion, where it is known. */
  readonly maxCompletionLength?: number;
}

/** A built-in task as a subject. */
export function subjectOfTask(task: Task): Subject {
  return {
    name: task.name,
    trainProblems: task.problems("train"),
    evalProblems: task.problems("eval"),
    rewards: [taskReward(task)],
    stop: [task.stop],
    maxCompletionLength: task.maxCompletionLength,
  };
}
