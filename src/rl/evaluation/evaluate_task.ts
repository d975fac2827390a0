import type { Device } from "../../gpu/device.ts";
import { explained } from "../../gpu/explain.ts";
import type { Sampler } from "../../policy/sampler.ts";
import { checkHostMemory } from "../memory/host.ts";
import { fitSampling } from "../memory/sampling.ts";
import type { PolicyModel, SampledModel } from "../model.ts";
import { checkProblems, checkReadable, checkRoom } from "../problems.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../sampling/sampler_for.ts";
import { checkColumns, checkHeldOutColumns } from "../scoring/columns.ts";
import type { RewardFailure } from "../scoring/rewards.ts";
import { scoreCompletions } from "../scoring/score_completions.ts";
import type { Subject } from "../subject.ts";
import { type Evaluation, evaluatePolicy, type FurtherWishes } from "./evaluate.ts";

export interface TaskEvaluationOptions extends FurtherWishes {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly subject: Subject;
  /** The most held-out problems to take; all of them when left out. */
  readonly prompts?: number;
  readonly completions: number;
  readonly temperature: number;
  /** Longest completion, in tokens; the task's own when left out, or 256 where it has none and the context leaves as many. */
  readonly maxNewTokens?: number;
  readonly seed: number;
  /** The most bytes of GPU memory to take, the model included; as many as the adapter has when left out. */
  readonly memory?: number;
  /** Is told of every prompt that a reward could not score. */
  readonly onRewardFailure?: (failure: RewardFailure) => void;
}

const LONGEST = 256;

/** Evaluates a model on a task's held-out problems, sampled and greedy; builds what it needs and frees it again. */
export async function evaluateTask(options: TaskEvaluationOptions): Promise<Evaluation> {
  const { device, model, subject, completions, temperature, onRewardFailure } = options;
  const problems = subject.evalProblems.slice(0, options.prompts ?? Number.POSITIVE_INFINITY);
  checkProblems(`the held-out problems of the task ${subject.name}`, problems);
  checkColumns("problem", [...subject.trainProblems, ...subject.evalProblems], subject.rewards);
  checkHeldOutColumns(subject.evalProblems, subject.rewards);
  checkReadable(model.tokenizer, `the held-out problems of the task ${subject.name}`, problems);
  const longest = longestPrompt(model, problems);
  const { contextLength } = model.module;
  const maxNewTokens = options.maxNewTokens ?? subject.maxCompletionLength ?? Math.min(LONGEST, Math.max(1, contextLength - longest));
  if (longest + maxNewTokens > contextLength) {
    checkRoom(model.tokenizer, "the held-out problems", problems, { contextLength, maxNewTokens, option: "--max-new-tokens" });
  }
  const wanted = problems.length * completions;
  checkHostMemory(device, { completions: wanted, maxNewTokens, options: `${problems.length} prompts x ${completions} completions` });
  const judge = scoreCompletions({ model, ...subject, onRewardFailure }, maxNewTokens);
  const samplerOn = (on: Device, its: SampledModel, sequencesAtOnce: number): Promise<Sampler> =>
    samplerFor({
      ...{ device: on, model: its, sequencesAtOnce, maxNewTokens, stop: subject.stop },
      ...{ longestPrompt: longest, completions: wanted, perPrompt: completions },
      sampling: { temperature, ...FULL_DISTRIBUTION },
    });
  const { sequencesAtOnce } = await fitSampling({ ...options, build: samplerOn });
  const sampler = await samplerOn(device, model, sequencesAtOnce);
  const whole = { sampler, samples: temperature > 0 ? temperature : undefined };
  try {
    return await explained(device, "the evaluation", () =>
      evaluatePolicy({ ...options, problems, sampler, whole, score: async (entries) => (await judge(entries, 0)).rewards }),
    );
  } finally {
    sampler.destroy();
  }
}
