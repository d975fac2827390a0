import { createController } from "../control/index.ts";
import { createLoss } from "../loss/index.ts";
import { assertOnDevice } from "../nn/on_device.ts";
import { stampWeights } from "../nn/weights_watch.ts";
import { throwIfAny } from "../options/problems.ts";
import type { Metrics } from "../report/metrics.ts";
import type { TensorSource } from "../stored_tensor.ts";
import { advantagesOf } from "./advantages/of_step.ts";
import { methodProblems } from "./config/index.ts";
import type { Evaluation } from "./evaluation/evaluate.ts";
import { checkMethods } from "./given_methods.ts";
import { toSamples } from "./learning/micro_batches.ts";
import { watchSkips } from "./learning/skipped_steps.ts";
import { stepMetrics, tokensOf } from "./learning/step_metrics.ts";
import { stepSignals } from "./learning/step_signals.ts";
import { type Classify, checkClasses, classifier, measureSampled } from "./learning/token_classes.ts";
import type { Fit } from "./memory/fit.ts";
import { fitTraining } from "./memory/training.ts";
import { oneAtATime } from "./one_at_a_time.ts";
import { checkReference, checkRooms, checkStorage, checkSubject, type Run } from "./run.ts";
import { createRunHistory, type RunHistory } from "./run_history.ts";
import type { RolloutEntry } from "./sampling/rollout.ts";
import { controllerWithTarget } from "./set_target.ts";
import { createTrainerParts, type TrainerParts } from "./trainer_parts.ts";
import { checkReferenceFits, checkReferenceModel, requireReference } from "./trainer_reference.ts";
import { checkSavedTrainer, type SavedTrainer, type TrainerState } from "./trainer_state.ts";

/** What a run is made of. Its controller and loss are those of the configuration where none is given. */
export type TrainerOptions = Omit<Run, "controller" | "loss"> & Partial<Pick<Run, "controller" | "loss">>;

/** What one training step sampled, earned and measured. */
export interface StepResult {
  readonly metrics: Metrics;
  readonly entries: readonly RolloutEntry[];
  readonly rewards: readonly (number | null)[];
  /** One for each completion: where rewards are given token by token that of its first token. */
  readonly advantages: ArrayLike<number>;
  /** Where rewards are given token by token one for each token of each completion. */
  readonly tokenAdvantages?: readonly ArrayLike<number>[] | undefined;
}

/** Trains step by step; `GRPOTrainer` wraps one for programs. A call while another runs, or after `destroy`, is refused with EngineError. */
export interface Trainer {
  /** Steps done so far. */
  readonly step: number;
  /**
   * Does one step: rollout, rewards, advantages, update.
   * @throws SkippedStepsError when grpo.stopAfterSkipped steps in a row were skipped, because numbers were not finite
   */
  train(): Promise<StepResult>;
  evaluate(): Promise<Evaluation>;
  save(): Promise<{ readonly state: TrainerState; readonly moments: Map<string, { shape: number[]; data: Float32Array }> }>;
  /** What `save` gives, for `saveModel` before the next step: its moments are read back from the GPU a piece at a time, as they are written. */
  store(): Promise<{ readonly state: TrainerState; readonly moments: TensorSource }>;
  /** Goes on from what `save` gave. @throws ConfigError, EngineError before anything changes, where that is not a state of this trainer */
  load(saved: SavedTrainer): void;
  /**
   * Steers towards another entropy from the next step on. A state that is loaded later has the target of the controller's options again.
   * @throws ConfigError where the controller takes no such target
   */
  setTarget(target: number): Promise<void>;
  /** The dispatches of one update, one a line. */
  describe(): string;
  destroy(): void;
}

/** GRPO (Shao et al. 2024, arXiv 2402.03300) with an entropy controller. `train` reads from top to bottom as one step of the method. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const run = toRun(options);
  assertOnDevice(run.device, run.model.module, "the trainer");
  if (run.reference) assertOnDevice(run.device, run.reference.module, "the trainer's reference");
  const { sequencesAtOnce = (await fitTraining(run, buildTrainer)).sequencesAtOnce } = run;
  return buildTrainer({ ...run, sequencesAtOnce });
}

/**
 * Counts the bytes that a run needs and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export async function planTraining(options: TrainerOptions): Promise<Fit> {
  return fitTraining(toRun(options), buildTrainer);
}

function toRun(options: TrainerOptions): Run {
  const { entropy, grpo } = options.config;
  checkMethods(options);
  throwIfAny(methodProblems(options.config, options));
  const run: Run = { ...options, controller: options.controller ?? createController(entropy), loss: options.loss ?? createLoss(grpo) };
  checkSubject(run);
  checkRooms(run);
  checkStorage(run);
  checkReference(run);
  checkReferenceModel(run);
  if (grpo.beta > 0) checkReferenceFits(run);
  return run;
}

/** What a learner saves. */
type Learned<Tensor> = Pick<TrainerState, "control" | "optimizer"> & { readonly moments: ReadonlyMap<string, Tensor> };

async function buildTrainer(run: Run): Promise<Trainer> {
  const { grpo } = run.config;
  const classify = classifier(run.controller, run.classOf);
  checkClasses(classify, run.trainProblems);
  const parts = await createTrainerParts(run);
  const { evaluation, learning } = parts;
  const turns = oneAtATime(run.device, "the trainer");
  const newWatch = () => watchSkips<StepResult>(grpo.stopAfterSkipped, `grpo.stopAfterSkipped ${grpo.stopAfterSkipped}`);
  let watchStep = newWatch();
  const history = createRunHistory(run, parts);
  let [step, tokens] = [0, 0];

  const train = async (): Promise<StepResult> => {
    const done = await takeStep(run, { ...parts, history, classify }, { step, tokens });
    ({ step, tokens } = done);
    await watchStep({ ...done, explain: learning.explainSkipped });
    return done.result;
  };

  const withProgress = <Tensor>({ moments, ...learned }: Learned<Tensor>, further: ReadonlyMap<string, Tensor>) => {
    const state: TrainerState = { step, tokens, solved: evaluation.solved.save(), ...history.state, ...learned };
    return { state, moments: stampWeights(new Map([...moments, ...further]), run.model.module) };
  };

  return {
    get step() {
      return step;
    },
    train: () => turns.run("step()", train),
    evaluate: () => turns.run("evaluate()", () => evaluation.evaluate(step)),
    save: () => turns.run("save()", async () => withProgress(await learning.save(), await history.save())),
    store: () => turns.run("store()", async () => withProgress(await learning.store(), history.store())),
    load: ({ state, moments }) =>
      turns.runNow("load()", () => {
        checkSavedTrainer({ state, moments }, run.model.module);
        requireReference(run, state, step);
        const goOn = history.prepare({ state, moments });
        learning.load({ ...state, moments });
        goOn();
        ({ step, tokens } = state);
        watchStep = newWatch();
        evaluation.solved.load(state.solved, step);
      }),
    setTarget: (target) => turns.run("setTarget()", () => learning.setController(controllerWithTarget(run.controller, target))),
    describe: () => learning.describe(),
    destroy: () => turns.end("destroy()", parts.destroy),
  };
}

type StepParts = Pick<TrainerParts, "sampling" | "evaluation" | "scoring" | "learning"> & {
  readonly history: RunHistory;
  readonly classify: Classify | undefined;
};

/** One step of the method, which follows `step` others. */
async function takeStep(
  run: Run,
  { sampling, evaluation, scoring, learning, history, classify }: StepParts,
  before: { step: number; tokens: number },
) {
  const { grpo } = run.config;
  const started = performance.now();
  await history.begin(before.step);
  const sampled = await sampling.sample(before.step);
  evaluation.solved.sampled(sampled.all);
  const replayed = history.replace(sampled.trained, before.step);
  const rollout = { ...sampled, trained: replayed.trained };
  const { entries, scores } = rollout.trained;
  const { advantages, tokenAdvantages, damped } = advantagesOf(entries, scores, run.config);
  const classes = classify && entries.map(classify);
  const { samples, gap } = await scoring.scoreAgain(
    toSamples(entries, tokenAdvantages ?? advantages, { classes, maskTruncated: grpo.maskTruncated }),
  );
  // What the sampler measured of replayed completions is of an older policy.
  const entropies = replayed.ages.length === 0 ? measureSampled(entries, samples, run.controller) : undefined;
  const present = new Set(sampled.trained.entries);
  const own = samples.map((sample, i) => (present.has(entries[i]!) ? sample : { ...sample, isMasked: true }));
  const signals = stepSignals(run, { rollout, samples: own, step: before.step });
  const learned = await learning.learn(samples, { sampled: entropies, signals }, before.step);
  const { updates } = learned;
  const [step, tokens] = [before.step + 1, before.tokens + tokensOf(entries)];
  const record = { step, tokens, rollout, samples, gap, learned, damped, milliseconds: performance.now() - started };
  const metrics = { ...stepMetrics(run, record), ...history.metrics(before.step, replayed) };
  const result: StepResult = { metrics, entries, rewards: scores.rewards, advantages, tokenAdvantages };
  return { step, tokens, result, wasSkipped: updates.length > 0 && updates.every((update) => update.wasSkipped) };
}
