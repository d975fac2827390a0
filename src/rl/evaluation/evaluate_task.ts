import type { Device } from "../../gpu/device.ts";
import { createSampler } from "../../policy/sampler.ts";
import type { Task } from "../../tasks/task.ts";
import type { PolicyModel } from "../model.ts";
import { taskReward } from "../scoring/rewards.ts";
import { type Evaluation, evaluatePolicy, scoredBy } from "./evaluate.ts";

export interface TaskEvaluationOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly task: Task;
  /** Held-out problems; all of them where it is more than there are. */
  readonly prompts?: number;
  readonly completions: number;
  readonly temperature: number;
  /** Longest completion, in tokens; the task's own when left out. */
  readonly maxNewTokens?: number;
  readonly seed: number;
}

/** Sequences generated at once: more run faster together, but each holds a key-value cache. */
const MOST_SEQUENCES = 512;

/** Evaluates a model on a task's held-out problems, sampled and greedy; builds what it needs and frees it again. */
export async function evaluateTask(options: TaskEvaluationOptions): Promise<Evaluation> {
  const { device, model, task, completions, seed } = options;
  const problems = task.problems("eval").slice(0, options.prompts ?? Number.POSITIVE_INFINITY);
  const longest = Math.max(...problems.map(({ prompt }) => model.tokenizer.encode(prompt).length));
  const maxNewTokens = options.maxNewTokens ?? task.maxCompletionLength;
  const sequences = Math.min(MOST_SEQUENCES, problems.length * completions);
  const generatorOf = (temperature: number): ReturnType<typeof createSampler> =>
    createSampler({
      device,
      model: model.module,
      sequences,
      promptRows: sequences * longest,
      maxLength: longest + maxNewTokens,
      maxNewTokens,
      sampling: { temperature, topK: 0, topP: 1 },
      stopTokens: model.tokenizer.encode(task.stop, { specialTokens: false }),
    });
  const [sampler, greedy] = [await generatorOf(options.temperature), await generatorOf(0)];
  const score = scoredBy(taskReward(task));
  try {
    return await evaluatePolicy({
      model,
      problems,
      completions,
      seed,
      sampler,
      greedy,
      score,
    });
  } finally {
    for (const part of [sampler, greedy]) part.destroy();
  }
}
