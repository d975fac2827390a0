import type { Device } from "../../gpu/device.ts";
import { stampWeights } from "../../nn/weights_watch.ts";
import { learningRateAt } from "../../optim/schedule.ts";
import type { TensorSource } from "../../stored_tensor.ts";
import type { SftConfig } from "../config/index.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { watchSkips } from "../learning/skipped_steps.ts";
import type { Fit } from "../memory/fit.ts";
import { fitWarmStart } from "../memory/warm_start.ts";
import type { PolicyModel } from "../model.ts";
import { oneAtATime } from "../one_at_a_time.ts";
import { createLearner, type LearnerOptions } from "./learner.ts";
import { type Lessons, lessonsFor, type Taught } from "./lessons.ts";
import { checkSameExamples, checkSavedWarmStart, type SavedWarmStart, type WarmStartState } from "./state.ts";

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
  /** Whether this step changed nothing, because its numbers were not finite, and how many did so far. */
  readonly wasSkipped: boolean;
  readonly skipped: number;
  /** Undefined in steps after which nothing is measured, and where nothing scores completions. */
  readonly evaluation: Evaluation | undefined;
  /** The loss of held-out examples after the step, in nats a token; undefined in other steps, and for a task. */
  readonly heldOutLoss: number | undefined;
}

/**
 * A supervised warm start, step by step; `warmStart` runs all of it. A call while another runs, or after `destroy`, is refused with
 * EngineError.
 */
export interface WarmStart {
  /** Steps done so far. */
  readonly step: number;
  /** Whether the steps have run out, or sampled answers are right often enough. */
  readonly isDone: boolean;
  /**
   * Does one step, and measures after it where that is due.
   * @throws SkippedStepsError when sft.stopAfterSkipped steps in a row were skipped, because numbers were not finite
   */
  train(): Promise<WarmStartStep>;
  /** What it needs to go on, beside the parameters: `saveModel(dir, model, await start.store())`, before the next step. */
  store(): Promise<{ readonly state: WarmStartState; readonly moments: TensorSource }>;
  /**
   * Goes on from what was saved, with a model that has the parameters of that step.
   * @throws ConfigError, EngineError before anything changes, where that is not a state of a warm start of this model
   */
  load(saved: SavedWarmStart): void;
  destroy(): void;
}

/**
 * Supervised warm start: the model learns a random solution of each prompt of a task that it is shown, or the examples that it is given, in
 * an order that is new in each epoch. It ends when sampled answers are right often enough (`stopAtPassAt1`) or the steps run out. It stops
 * early on purpose: reinforcement learning needs a policy that is sometimes right and sometimes wrong.
 * @throws SkippedStepsError when `stopAfterSkipped` steps in a row were skipped, because numbers were not finite; ConfigError for examples
 * that the model cannot learn
 */
export async function* warmStart(options: WarmStartOptions): AsyncGenerator<WarmStartStep> {
  const start = await createWarmStart(options);
  try {
    while (!start.isDone) yield await start.train();
  } finally {
    start.destroy();
  }
}

/** The same step by step, for whoever saves it and goes on later. @throws ConfigError for examples that the model cannot learn */
export async function createWarmStart(options: WarmStartOptions): Promise<WarmStart> {
  return createPlannedWarmStart(options, await planWarmStart(options));
}

/** The same where the plan is there. It may have been made for the model's outline. */
export async function createPlannedWarmStart(
  { device, model, config }: Omit<WarmStartOptions, keyof Taught>,
  { lessons, sequencesAtOnce }: WarmStartPlan,
): Promise<WarmStart> {
  const { sft } = config;
  const learner = await createLearner({ device, model, lessons, config, sequencesAtOnce });
  const turns = oneAtATime(device, "the warm start");
  const newWatch = () => watchSkips<WarmStartStep>(sft.stopAfterSkipped, `sft.stopAfterSkipped ${sft.stopAfterSkipped}`);
  let watchStep = newWatch();
  let examples = lessons.examplesAfter(0);
  let step = 0;
  let passAt1: number | null = null;

  const train = async (): Promise<WarmStartStep> => {
    const learningRate = learningRateAt(sft, step);
    const { loss, gradNorm, skipped, wasSkipped, explain } = await learner.learn(examples(), learningRate);
    step += 1;
    const measured = { step, loss, gradNorm, learningRate, wasSkipped, skipped };
    await watchStep({ step, wasSkipped, explain, result: { ...measured, evaluation: undefined, heldOutLoss: undefined } });
    const isMeasured = step % sft.evalEvery === 0 || step === sft.steps;
    const evaluation = isMeasured ? await learner.evaluate() : undefined;
    passAt1 = evaluation?.passAt1 ?? passAt1;
    return { ...measured, evaluation, heldOutLoss: isMeasured ? await learner.heldOutLoss() : undefined };
  };

  return {
    get step() {
      return step;
    },
    get isDone() {
      return step >= sft.steps || (sft.stopAtPassAt1 !== null && passAt1 !== null && passAt1 >= sft.stopAtPassAt1);
    },
    train: () => turns.run("train()", train),
    store: () =>
      turns.run("store()", async () => {
        const { state: optimizer, moments } = await learner.optimizer.store();
        return { state: { step, examples: lessons.count, passAt1, optimizer }, moments: stampWeights(moments, model.module) };
      }),
    load: ({ state, moments }) =>
      turns.runNow("load()", () => {
        checkSavedWarmStart({ state, moments }, model.module);
        checkSameExamples(state, lessons.count);
        learner.optimizer.load({ state: state.optimizer, moments });
        ({ step, passAt1 } = state);
        examples = lessons.examplesAfter(step);
        watchStep = newWatch();
      }),
    destroy: () => turns.end("destroy()", learner.destroy),
  };
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
