import type { Device } from "../../gpu/device.ts";
import { explained } from "../../gpu/explain.ts";
import { build } from "../../gpu/parts.ts";
import { checkHostMemory } from "../memory/host.ts";
import { fitSampling } from "../memory/sampling.ts";
import type { PolicyModel, SampledModel } from "../model.ts";
import { checkProblems, checkReadable } from "../problems.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../sampling/sampler_for.ts";
import { checkColumns, checkHeldOutColumns } from "../scoring/columns.ts";
import { endOfCompletions } from "../scoring/end_of_completions.ts";
import { combineRewards, type RewardFailure, reportFailures, rewardInput } from "../scoring/rewards.ts";
import type { Subject } from "../subject.ts";
import { type Evaluation, evaluatePolicy, type FurtherWishes } from "./evaluate.ts";
import type { ScoreEntries } from "./measure.ts";

export interface TaskEvaluationOptions extends FurtherWishes {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly subject: Subject;
  /** The most held-out problems to take; all of them when left out. */
  readonly prompts?: number;
  readonly completions: number;
  readonly temperature: number;
  /** Longest completion, in tokens; the task's own when left out, or 256 where it has none. */
  readonly maxNewTokens?: number;
  readonly seed: number;
  /** The most bytes of GPU memory to take, the model included; as many as the adapter has when left out. */
  readonly memory?: number;
  /** Is told of every prompt that a reward could not score. */
  readonly onRewardFailure?: (failure: RewardFailure) => void;
}

const LONGEST = 256;

function scoredBySubject({ model, subject, onRewardFailure }: TaskEvaluationOptions, maxNewTokens: number): ScoreEntries {
  const rewards = combineRewards(subject.rewards);
  const ends = endOfCompletions(model, { stop: subject.stop, maxNewTokens });
  return async (entries) => {
    const scores = await rewards(rewardInput(entries, 0, ends));
    reportFailures({ onRewardFailure }, scores);
    return scores.rewards;
  };
}

/** Evaluates a model on a task's held-out problems, sampled and greedy; builds what it needs and frees it again. */
export async function evaluateTask(options: TaskEvaluationOptions): Promise<Evaluation> {
  const { device, model, subject, completions, seed, temperature, ks, temperatures, entropies } = options;
  const problems = subject.evalProblems.slice(0, options.prompts ?? Number.POSITIVE_INFINITY);
  checkProblems(`the held-out problems of the task ${subject.name}`, problems);
  checkColumns("problem", [...subject.trainProblems, ...subject.evalProblems], subject.rewards);
  checkHeldOutColumns(subject.evalProblems, subject.rewards);
  checkReadable(model.tokenizer, `the held-out problems of the task ${subject.name}`, problems);
  const maxNewTokens = options.maxNewTokens ?? subject.maxCompletionLength ?? LONGEST;
  const wanted = problems.length * completions;
  checkHostMemory(device, { completions: wanted, maxNewTokens, options: `${problems.length} prompts x ${completions} completions` });
  const shared = {
    ...{ longestPrompt: longestPrompt(model, problems), completions: wanted, perPrompt: completions },
    ...{ maxNewTokens, stop: subject.stop },
  };
  const samplersOn = (on: Device, model: SampledModel, sequencesAtOnce: number) =>
    build(async (own) => {
      const each = { ...shared, device: on, model, sequencesAtOnce };
      return { sampler: own(await samplerFor({ ...each, sampling: { temperature, ...FULL_DISTRIBUTION } })) };
    });
  const { sequencesAtOnce } = await fitSampling({ ...options, build: samplersOn });
  const samplers = await samplersOn(device, model, sequencesAtOnce);
  try {
    const { sampler } = samplers;
    const score = scoredBySubject(options, maxNewTokens);
    const whole = { sampler, samples: temperature > 0 ? temperature : undefined };
    const wishes = { ...(ks && { ks }), ...(temperatures && { temperatures }), ...(entropies && { entropies }) };
    const evaluate = () => evaluatePolicy({ model, problems, completions, seed, sampler, whole, score, ...wishes });
    return await explained(device, "the evaluation", evaluate);
  } finally {
    samplers.destroy();
  }
}
