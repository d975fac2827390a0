import { createController } from "../control/index.ts";
import type { Device } from "../gpu/device.ts";
import { type KeepRule, removeOldCheckpoints } from "../io/keep_checkpoints.ts";
import { appendMetrics, appendSamples, checkpointDir, syncLogs } from "../io/run_folder.ts";
import { loadModel, outlineModel, saveModel } from "../node/load_model.ts";
import type { RunLock } from "../node/run_lock.ts";
import type { Metrics } from "../report/metrics.ts";
import { type Reporter, reportedStep } from "../report/reporter.ts";
import { createTerminalView } from "../report/terminal.ts";
import { checkAgainstModel, type TrainConfig } from "../rl/config/index.ts";
import type { PolicyModel } from "../rl/model.ts";
import { createTrainer, planTraining, type StepResult, type Trainer } from "../rl/trainer.ts";
import { adapterOptions } from "./adapter_options.ts";
import { InterruptedError, UsageError } from "./errors.ts";
import type { InterruptWatch } from "./interrupt.ts";
import { PROGRAM } from "./options.ts";
import { checkReport, openReporters } from "./reporters.ts";
import { collectFailures } from "./reward_failures.ts";
import { diagnoseRun } from "./run_diagnostics.ts";
import { recordFirstEvaluation, withEvaluation } from "./run_evaluations.ts";
import { afterSkips } from "./skipped_stop.ts";
import { checkWatch, createStepWatch, type StepWatch, type WatchOptions } from "./step_watch.ts";
import { readSubject } from "./subject.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

export interface Session {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly trainer: Trainer;
  readonly watch: StepWatch;
  /** How many problems the task holds out. */
  readonly heldOut: number;
  /** The rewards that failed since this was last asked, one line a prompt. */
  readonly failures: () => readonly string[];
  /** Why a reward failed for the first time. */
  readonly firstFailure: () => string | undefined;
}

export interface SessionOptions {
  readonly adapter?: string;
  readonly modelDir?: string;
  readonly watch?: WatchOptions;
}

/** Opens the device, loads the model and builds the trainer of a configuration. */
export async function openSession(config: TrainConfig, options: SessionOptions): Promise<Session> {
  const wanted = options.watch ?? {};
  checkWatch(wanted, config.grpo.steps, "grpo.steps");
  checkReport(config);
  const { device, fit, subject, templateVariables } = await planSession(config, options);
  const wantedModel = { ...adapterOptions(config, options.modelDir), templateVariables };
  const model = await fromUser(() => loadModel(device, options.modelDir ?? config.model, wantedModel));
  const resumed = options.modelDir !== undefined && config.grpo.beta > 0 && !model.adapter;
  const failures = collectFailures();
  const trainer = await createTrainer({
    ...{ device, model, config, ...subject, sequencesAtOnce: fit.sequencesAtOnce, onRewardFailure: failures.add },
    ...(resumed ? { reference: await fromUser(() => loadModel(device, config.model)) } : {}),
  });
  const watch = await createStepWatch(wanted, { device, dir: config.output.dir });
  const told = { failures: failures.take, firstFailure: failures.first };
  return { device, model, trainer, watch, heldOut: subject.evalProblems.length, ...told };
}

/** Opens the device and counts the bytes of a run, before a weight is read. @throws MemoryError for what does not fit */
export async function planSession(config: TrainConfig, options: SessionOptions) {
  const { trainProblems, evalProblems, rewards, stop, templateVariables } = await fromUser(() => readSubject(config.task));
  if (evalProblems.length === 0) throw new UsageError("the task holds out no problems to evaluate on; give task.heldOut a value above 0");
  const device = await openNamedDevice({ adapter: options.adapter, timestamps: options.watch?.profile !== undefined });
  const wanted = { ...adapterOptions(config, options.modelDir), templateVariables };
  const outline = await fromUser(() => outlineModel(device, options.modelDir ?? config.model, wanted));
  checkAgainstModel(config, outline.module);
  const subject = { trainProblems, evalProblems, rewards, stop };
  return { device, subject, templateVariables, fit: await planTraining({ device, model: outline, config, ...subject }) };
}

/** Steps whose samples are written in full: the first, and every tenth after it. */
const SAMPLE_EVERY = 10;
const SAMPLES_PER_STEP = 8;

/** Who else has a say in a run: whoever stops it, and whoever might write to its folder. */
export interface RunGuards {
  readonly interrupt: InterruptWatch;
  readonly lock: RunLock;
}

/**
 * Trains to the configured step, writing metrics, samples, findings and checkpoints into the run folder.
 * Where it is asked to stop it finishes the step, saves, and throws InterruptedError. A run that has not begun is saved too, for `resume`.
 */
export async function runSession(session: Session, config: TrainConfig, { interrupt, lock }: RunGuards): Promise<void> {
  const { trainer, model, device, watch } = session;
  const { dir, checkpointEvery } = config.output;
  const total = config.grpo.steps;
  const view = createTerminalView({
    total,
    title: `${dir} on ${device.name}`,
    stream: process.stdout,
    holdsTarget: createController(config.entropy).holds.length > 0,
  });
  interrupt.onRequest = () => view.note("finishing this step, then saving (Ctrl-C again to stop at once)");
  const diagnose = await diagnoseRun(config, trainer.step);
  let saved = trainer.step === 0 ? undefined : trainer.step;
  const save = async (): Promise<void> => {
    if (saved === trainer.step) return;
    await lock.assertHeld();
    await saveCheckpoint(config.output, trainer, model);
    saved = trainer.step;
  };
  let reports: Reporter | undefined;
  const note = async (result: StepResult, metrics: Metrics): Promise<void> => {
    await lock.assertHeld();
    await record(dir, result, metrics);
    reports?.report(reportedStep(metrics));
    view.step(metrics);
    for (const line of session.failures()) view.note(line);
    await diagnose(metrics, view.note);
  };
  try {
    await recordFirstEvaluation(dir, trainer);
    reports = await openReporters(config, (line) => view.note(`warning: ${line}`));
    while (trainer.step < total && !interrupt.requested()) {
      const result = await watch.step(trainer.step + 1, () => trainer.train(), view.note);
      const metrics = await withEvaluation(trainer, config, result.metrics, view.note);
      await note(result, metrics);
      if (checkpointEvery > 0 && trainer.step % checkpointEvery === 0) await save();
    }
    await save();
    await watch.end(view.note);
  } catch (error) {
    const remedy = `lower grpo.learningRate: ${PROGRAM} resume ${dir} --set grpo.learningRate=RATE`;
    throw await afterSkips(error, remedy, async (result: StepResult) => {
      await note(result, result.metrics);
      await save();
      return checkpointDir(dir, trainer.step);
    });
  } finally {
    await reports?.close();
    view.done();
  }
  if (trainer.step < total) throw stoppedEarly(trainer.step, config, interrupt);
}

function stoppedEarly(step: number, { output, grpo }: TrainConfig, interrupt: InterruptWatch): InterruptedError {
  const message = `stopped after step ${step} of ${grpo.steps}; continue with: ${PROGRAM} resume ${output.dir}`;
  return new InterruptedError(message, interrupt.requested() ?? "SIGINT");
}

/** Writes what a step measured, and of some steps the first completions. */
export async function record(dir: string, result: Omit<StepResult, "metrics">, metrics: Metrics): Promise<void> {
  await appendMetrics(dir, metrics);
  const { step } = metrics;
  if (step !== 1 && step % SAMPLE_EVERY !== 0) return;
  const shown = result.entries.slice(0, SAMPLES_PER_STEP);
  await appendSamples(
    dir,
    shown.map(({ prompt, text, completion }, i) => ({
      step,
      prompt,
      completion: text,
      reward: result.rewards[i],
      advantage: result.advantages[i],
      finishReason: completion.finishReason,
    })),
  );
}

async function saveCheckpoint(output: KeepRule & { readonly dir: string }, trainer: Trainer, model: PolicyModel): Promise<void> {
  const { state, moments } = await trainer.store();
  const { dir } = output;
  const folder = checkpointDir(dir, trainer.step);
  // The logs are on the disk before the checkpoint that goes on from them.
  const logs = await syncLogs(dir);
  await saveModel(folder, model, { moments, state, logs });
  await removeOldCheckpoints(dir, trainer.step, output);
}
