import type { Device } from "../../gpu/device.ts";
import { explained } from "../../gpu/explain.ts";
import { build } from "../../gpu/parts.ts";
import type { Task } from "../../tasks/task.ts";
import type { PolicyModel } from "../model.ts";
import { checkProblems, checkVocabulary } from "../problems.ts";
import { FULL_DISTRIBUTION, samplerFor } from "../sampling/sampler_for.ts";
import { taskReward } from "../scoring/rewards.ts";
import { type Evaluation, evaluatePolicy, scoredBy } from "./evaluate.ts";

export interface TaskEvaluationOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly task: Task;
  /** The most held-out problems to take; all of them when left out. */
  readonly prompts?: number;
  readonly completions: number;
  readonly temperature: number;
  /** Longest completion, in tokens; the task's own when left out. */
  readonly maxNewTokens?: number;
  readonly seed: number;
}

/** Evaluates a model on a task's held-out problems, sampled and greedy; builds what it needs and frees it again. */
export async function evaluateTask(options: TaskEvaluationOptions): Promise<Evaluation> {
  const { device, model, task, completions, seed } = options;
  const problems = task.problems("eval").slice(0, options.prompts ?? Number.POSITIVE_INFINITY);
  checkProblems(`the held-out problems of the task ${task.name}`, problems);
  const prompts = problems.map(({ prompt }) => prompt);
  checkVocabulary(model.tokenizer, prompts, task.stop);
  const maxNewTokens = options.maxNewTokens ?? task.maxCompletionLength;
  const shared = { device, model, prompts, completions: problems.length * completions, maxNewTokens, stop: task.stop };
  const samplers = await build(async (own) => ({
    sampler: own(await samplerFor({ ...shared, sampling: { temperature: options.temperature, ...FULL_DISTRIBUTION } })),
    greedy: own(await samplerFor({ ...shared, sampling: { temperature: 0, ...FULL_DISTRIBUTION } })),
  }));
  try {
    const { sampler, greedy } = samplers;
    const evaluate = () => evaluatePolicy({ model, problems, completions, seed, sampler, greedy, score: scoredBy(taskReward(task)) });
    return await explained(device, "the evaluation", evaluate);
  } finally {
    samplers.destroy();
  }
}
