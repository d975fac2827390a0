import { stopTexts } from "../data/stops.ts";
import type { Device } from "../gpu/device.ts";
import { explained } from "../gpu/explain.ts";
import { build, type Own } from "../gpu/parts.ts";
import { claimWeights } from "../nn/half_weights.ts";
import { assertOnDevice } from "../nn/on_device.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../optim/adamw.ts";
import { learningRateAt } from "../optim/schedule.ts";
import { createSupervisedUpdate, type SupervisedResult } from "../policy/supervised.ts";
import { createRandom } from "../random.ts";
import type { Task, TextProblem } from "../tasks/task.ts";
import type { SftConfig } from "./config/index.ts";
import { type Evaluation, evaluatePolicy } from "./evaluation/evaluate.ts";
import { scoredBy } from "./evaluation/measure.ts";
import { microBatches, packBatch, type Sample, totalsOf } from "./learning/micro_batches.ts";
import { type WatchedStep, watchSkips } from "./learning/skipped_steps.ts";
import type { Fit } from "./memory/fit.ts";
import { updateMemory } from "./memory/update_memory.ts";
import { fitWarmStart } from "./memory/warm_start.ts";
import type { PolicyModel } from "./model.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "./sampling/sampler_for.ts";
import { taskReward } from "./scoring/rewards.ts";

/** What to warm-start, and on which task. */
export interface WarmStartOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly task: Task;
  readonly config: SftConfig;
}

/** What one step of a warm start measured. */
export interface WarmStartStep {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Steps so far that changed nothing, because their numbers were not finite. */
  readonly skipped: number;
  readonly evaluation: Evaluation | undefined;
}

/**
 * Supervised warm start: the model learns a random solution of each prompt that it is shown. It ends when sampled answers are right
 * often enough (`stopAtPassAt1`) or the steps run out. It stops early on purpose: reinforcement learning needs a policy that is
 * sometimes right and sometimes wrong.
 * @throws SkippedStepsError when `stopAfterSkipped` steps in a row were skipped, because numbers were not finite
 */
export async function* warmStart(options: WarmStartOptions): AsyncGenerator<WarmStartStep> {
  const { config, task } = options;
  const { sft, seed } = config;
  const problems = task.problems("train");
  const random = createRandom(seed ^ 0x5f7a11ed);
  const watchStep = watchSkips<WarmStartStep>(sft.stopAfterSkipped, `sft.stopAfterSkipped ${sft.stopAfterSkipped}`);
  const { sequencesAtOnce } = await planWarmStart(options);
  const learner = await createLearner(options, sequencesAtOnce);
  try {
    for (let step = 1; step <= sft.steps; step += 1) {
      const learningRate = learningRateAt(sft, step - 1);
      const batch = Array.from({ length: sft.batch }, () => solved(task, problems[random.integer(problems.length)]!, random.integer));
      const { loss, gradNorm, skipped, wasSkipped, explain } = await learner.learn(batch, learningRate);
      const measured = { step, loss, gradNorm, learningRate, skipped };
      await watchStep({ step, wasSkipped, explain, result: { ...measured, evaluation: undefined } });
      const evaluation = step % sft.evalEvery === 0 || step === sft.steps ? await learner.evaluate() : undefined;
      yield { ...measured, evaluation };
      if (evaluation && sft.stopAtPassAt1 !== null && evaluation.passAt1 >= sft.stopAtPassAt1) break;
    }
  } finally {
    learner.destroy();
  }
}

/**
 * Counts the bytes that a warm start needs, and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export function planWarmStart(options: WarmStartOptions): Promise<Fit> {
  return fitWarmStart(options, createLearner);
}

interface Example {
  readonly prompt: string;
  readonly completion: string;
}

function solved(task: Task, problem: TextProblem, integer: (below: number) => number): Example {
  const solutions = task.solutions(problem);
  return { prompt: problem.prompt, completion: solutions[integer(solutions.length)]! };
}

interface Learner {
  learn(examples: readonly Example[], learningRate: number): Promise<SupervisedResult & Pick<WatchedStep<WarmStartStep>, "explain">>;
  evaluate(): Promise<Evaluation>;
  destroy(): void;
}

function createLearner(options: WarmStartOptions, sequencesAtOnce: number): Promise<Learner> {
  return build((own) => buildLearner({ ...options, sequencesAtOnce }, own));
}

type SizedWarmStart = WarmStartOptions & { readonly sequencesAtOnce: number };

async function buildLearner(options: SizedWarmStart, own: Own): Promise<Omit<Learner, "destroy">> {
  const { device, model, task, config, sequencesAtOnce } = options;
  const { sft, seed } = config;
  const { completions } = config.eval;
  assertOnDevice(device, model.module, "the warm start");
  const claim = await claimWeights(model.placed, sft.weights);
  own({ destroy: claim.release });
  const maxLength = task.maxPromptLength + task.maxCompletionLength + 1;
  const optimizer = own(createAdamW(model.placed, { ...ADAMW_DEFAULTS, ...sft }));
  const longest = sft.batch * maxLength;
  const rows = Math.max(maxLength, Math.min(sft.microBatchRows ?? longest, longest));
  const memory = { ...updateMemory(sft), mayTakeSeveral: rows < longest };
  const update = own(await createSupervisedUpdate({ device, model: model.module, optimizer, rows, ...memory }));
  const problems = task.problems("eval").slice(0, config.eval.prompts);
  const sampler = await samplerFor({
    device,
    model,
    longestPrompt: longestPrompt(model, problems),
    completions: problems.length * completions,
    perPrompt: completions,
    sequencesAtOnce,
    maxNewTokens: task.maxCompletionLength,
    sampling: { temperature: 1, ...FULL_DISTRIBUTION },
    stop: stopTexts(task.stop),
  });
  own(sampler);
  const score = scoredBy(taskReward(task));
  return {
    learn: async (examples, learningRate) => {
      const samples = examples.map((example) => toSample(model, example));
      const [totals, packing] = [totalsOf(samples), { aggregate: "token-mean", maxLength } as const];
      const batches = microBatches(samples, rows).map((group) => packBatch(group, totals, packing));
      const learned = await explained(device, "a step of the warm start", () => update.step(batches, learningRate));
      return { ...learned, explain: (place) => update.explainSkipped(batches, place) };
    },
    evaluate: () => explained(device, "an evaluation", () => evaluatePolicy({ model, problems, completions, seed, sampler, score })),
  };
}

function toSample({ tokenizer }: PolicyModel, { prompt, completion }: Example): Sample {
  const completionIds = tokenizer.encode(completion, { specialTokens: false });
  return { promptIds: tokenizer.encode(prompt), completionIds, oldLogprobs: new Float32Array(completionIds.length), advantage: 0 };
}
