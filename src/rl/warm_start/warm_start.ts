import type { Device } from "../../gpu/device.ts";
import { learningRateAt } from "../../optim/schedule.ts";
import type { SftConfig } from "../config/index.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { watchSkips } from "../learning/skipped_steps.ts";
import type { Fit } from "../memory/fit.ts";
import { fitWarmStart } from "../memory/warm_start.ts";
import type { PolicyModel } from "../model.ts";
import { createLearner, type LearnerOptions } from "./learner.ts";
import { type Lessons, lessonsFor, type Taught } from "./lessons.ts";

/** What to teach, and the options of it: a task's own solutions, or examples. */
export type WarmStartOptions = Taught & {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly config: SftConfig;
};

/** What one step of a warm start measured. */
export interface WarmStartStep {
  readonly step: number;
  /** Mean cross-entropy of the step's completion tokens before it, in nats a token. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Steps so far that changed nothing, because their numbers were not finite. */
  readonly skipped: number;
  /** Undefined in steps after which nothing is measured, and where nothing scores completions. */
  readonly evaluation: Evaluation | undefined;
  /** The loss of held-out examples after the step, in nats a token; undefined in other steps, and for a task. */
  readonly heldOutLoss: number | undefined;
}

/**
 * Supervised warm start: the model learns a random solution of each prompt of a task that it is shown, or the examples that it is given, in
 * an order that is new in each epoch. It ends when sampled answers are right often enough (`stopAtPassAt1`) or the steps run out. It stops
 * early on purpose: reinforcement learning needs a policy that is sometimes right and sometimes wrong.
 * @throws SkippedStepsError when `stopAfterSkipped` steps in a row were skipped, because numbers were not finite; ConfigError for examples
 * that the model cannot learn
 */
export async function* warmStart(options: WarmStartOptions): AsyncGenerator<WarmStartStep> {
  yield* learnAsPlanned(options, await planWarmStart(options));
}

/** The same where the plan is there. It may have been made for the model's outline. */
export async function* learnAsPlanned(
  { device, model, config }: Omit<WarmStartOptions, keyof Taught>,
  { lessons, sequencesAtOnce }: WarmStartPlan,
): AsyncGenerator<WarmStartStep> {
  const { sft } = config;
  const watchStep = watchSkips<WarmStartStep>(sft.stopAfterSkipped, `sft.stopAfterSkipped ${sft.stopAfterSkipped}`);
  const learner = await createLearner({ device, model, lessons, config, sequencesAtOnce });
  try {
    for (let step = 1; step <= sft.steps; step += 1) {
      const learningRate = learningRateAt(sft, step - 1);
      const { loss, gradNorm, skipped, wasSkipped, explain } = await learner.learn(lessons.examplesOf(step), learningRate);
      const measured = { step, loss, gradNorm, learningRate, skipped };
      await watchStep({ step, wasSkipped, explain, result: { ...measured, evaluation: undefined, heldOutLoss: undefined } });
      const isMeasured = step % sft.evalEvery === 0 || step === sft.steps;
      const evaluation = isMeasured ? await learner.evaluate() : undefined;
      yield { ...measured, evaluation, heldOutLoss: isMeasured ? await learner.heldOutLoss() : undefined };
      if (evaluation && sft.stopAtPassAt1 !== null && evaluation.passAt1 >= sft.stopAtPassAt1) break;
    }
  } finally {
    learner.destroy();
  }
}

/** What a warm start learns, and the bytes that it needs for that. */
export interface WarmStartPlan extends Fit {
  readonly lessons: Lessons;
}

/**
 * Prepares the examples, counts the bytes that a warm start needs, and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export async function planWarmStart(options: WarmStartOptions): Promise<WarmStartPlan> {
  const { device, model, config } = options;
  const lessons = lessonsFor(model, options, config);
  const build = (its: Omit<LearnerOptions, "sequencesAtOnce">, sequencesAtOnce: number) => createLearner({ ...its, sequencesAtOnce });
  return { ...(await fitWarmStart({ device, model, config, lessons }, build)), lessons };
}
