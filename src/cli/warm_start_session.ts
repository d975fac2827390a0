import type { Device } from "../gpu/device.ts";
import { removeOldCheckpoints } from "../io/keep_checkpoints.ts";
import { appendMetrics, checkpointDir, type MetricsRecord, syncLogs } from "../io/run_folder.ts";
import { saveModel } from "../node/load_model.ts";
import type { RunLock } from "../node/run_lock.ts";
import { type Reporter, reportedStep } from "../report/reporter.ts";
import type { SftConfig } from "../rl/config/index.ts";
import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.ts";
import type { PolicyModel } from "../rl/model.ts";
import {
  createPlannedWarmStart,
  planWarmStart,
  type WarmStart,
  type WarmStartPlan,
  type WarmStartStep,
} from "../rl/warm_start/warm_start.ts";
import { InterruptedError } from "./errors.ts";
import { type StopSignal, watchInterrupt } from "./interrupt.ts";
import { type Pupil, pupilOf, readLesson } from "./lessons.ts";
import { requireReward } from "./nothing_scored.ts";
import { PROGRAM } from "./options.ts";
import { checkReport, openReporters } from "./reporters.ts";
import { collectFailures } from "./reward_failures.ts";
import { afterSkips } from "./skipped_stop.ts";
import { checkWatch, createStepWatch, type StepWatch, type WatchOptions } from "./step_watch.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

/** What a warm start is told beside its configuration. */
export interface WarmStartSessionOptions {
  readonly adapter: string;
  /** The checkpoint to go on from. */
  readonly modelDir?: string;
  readonly watch?: WatchOptions;
}

/** A warm start whose memory is counted and whose model is not there yet. */
export interface PlannedSession {
  readonly device: Device;
  readonly pupil: Pupil;
  readonly plan: WarmStartPlan;
  readonly failures: ReturnType<typeof collectFailures>;
}

/** Opens the device and counts the bytes of a warm start, before a weight is made or read. @throws MemoryError for what does not fit */
export async function planWarmStartSession(
  config: SftConfig,
  { adapter, modelDir, watch = {} }: WarmStartSessionOptions,
): Promise<PlannedSession> {
  checkWatch(watch, config.sft.steps, "sft.steps");
  checkReport(config);
  const failures = collectFailures();
  const lesson = await fromUser(() => readLesson(config.task, failures.add));
  const device = await openNamedDevice({ adapter, timestamps: watch.profile !== undefined });
  const pupil = await fromUser(() => pupilOf(device, config, lesson, modelDir));
  const plan = await planWarmStart({ ...lesson.taught, device, model: pupil.outline, config });
  const { leftOut, most } = plan.lessons;
  if (leftOut > 0) show(`note: examples longer than ${most} tokens are left out: ${leftOut}`);
  return { device, pupil, plan, failures };
}

/** A warm start that is ready to take its next step. */
export interface WarmStartSession extends PlannedSession {
  readonly model: PolicyModel;
  readonly start: WarmStart;
  readonly watch: StepWatch;
}

/** Makes or loads the model of a warm start, and builds what learns. */
export async function openWarmStartSession(
  planned: PlannedSession,
  config: SftConfig,
  wanted: WatchOptions = {},
): Promise<WarmStartSession> {
  const { device, pupil, plan } = planned;
  const model = await fromUser(pupil.make);
  const start = await createPlannedWarmStart({ device, model, config }, plan);
  const watch = await createStepWatch(wanted, { device, dir: config.output.dir });
  return { ...planned, model, start, watch };
}

/** Trains to the end, or to the step in which somebody asks for a stop, and saves either way; then frees everything. */
export async function runWarmStart(session: WarmStartSession, config: SftConfig, lock: RunLock): Promise<void> {
  const { device, model, start } = session;
  show(`${config.output.dir} on ${device.name}, ${model.placed.parameterCount.toLocaleString("en-US")} parameters`);
  if (start.isDone) show(nothingLeft(config, start.step));
  await trainUntilStopped(session, config, lock);
  start.destroy();
  model.destroy();
  device.destroy();
}

function nothingLeft({ sft: { steps, stopAtPassAt1 } }: SftConfig, step: number): string {
  if (step >= steps) return `note: all ${steps} steps are done; --set sft.steps=N with a larger N goes on`;
  return `note: pass@1 has reached sft.stopAtPassAt1 ${stopAtPassAt1}; --set sft.stopAtPassAt1=null goes on`;
}

async function trainUntilStopped({ start, model, watch, failures }: WarmStartSession, config: SftConfig, lock: RunLock): Promise<void> {
  const { dir, checkpointEvery } = config.output;
  const interrupt = watchInterrupt(() => show("finishing this step, then saving (Ctrl-C again to stop at once)"));
  const left = createCountdown(start.step, config.sft.steps);
  let evaluated: Evaluation | undefined;
  let reports: Reporter | undefined;
  let saved = start.step === 0 ? undefined : start.step;
  const save = async (): Promise<void> => {
    if (saved === start.step) return;
    await lock.assertHeld();
    await saveWarmStart(config, model, start);
    saved = start.step;
  };
  const record = async (step: WarmStartStep): Promise<void> => {
    await lock.assertHeld();
    const metrics = metricsOf(step);
    await appendMetrics(dir, metrics);
    // Opening tells of all that is in the file, this step included.
    if (reports) reports.report(reportedStep(metrics));
    else reports = await openReporters(config, (line) => show(`warning: ${line}`));
  };
  try {
    while (!start.isDone && !interrupt.requested()) {
      const step = await watch.step(start.step + 1, () => start.train(), show);
      await record(step);
      if (step.wasSkipped) show(`warning: step ${step.step} changed nothing, because its numbers are not finite`);
      if (checkpointEvery > 0 && step.step % checkpointEvery === 0) await save();
      if (step.step % config.sft.evalEvery === 0 || step.step === config.sft.steps) show(progressLine(step, config.sft.steps, left));
      for (const line of failures.take()) show(line);
      evaluated = step.evaluation ?? evaluated;
    }
    await save();
    await watch.end(show);
  } catch (error) {
    throw await afterSkips(error, "lower sft.learningRate", async (step: WarmStartStep) => {
      await record(step);
      await save();
      return checkpointDir(dir, start.step);
    });
  } finally {
    await reports?.close();
    interrupt.release();
  }
  tellEnd(config, { start, passAt1: evaluated?.passAt1, signal: interrupt.requested() });
  if (evaluated) requireReward(evaluated.reward, failures.first());
}

interface TrainingEnd {
  readonly start: WarmStart;
  readonly passAt1: number | undefined;
  readonly signal: StopSignal | undefined;
}

/** Says where the checkpoint is, and where the steps ran out before pass@1 was what was asked for. */
function tellEnd({ sft: { steps, stopAtPassAt1 }, output: { dir } }: SftConfig, { start, passAt1, signal }: TrainingEnd): void {
  show(`checkpoint: ${checkpointDir(dir, start.step)}`);
  if (signal && !start.isDone) {
    throw new InterruptedError(
      `stopped after step ${start.step} of at most ${steps}, and saved; continue with: ${PROGRAM} resume ${dir}`,
      signal,
    );
  }
  if (stopAtPassAt1 === null || passAt1 === undefined || passAt1 >= stopAtPassAt1) return;
  show(
    `note: pass@1 is ${passAt1.toFixed(3)} after all ${steps} steps, below sft.stopAtPassAt1 ${stopAtPassAt1}; raise sft.steps for more`,
  );
}

async function saveWarmStart({ output }: SftConfig, model: PolicyModel, start: WarmStart): Promise<void> {
  const { step } = start;
  const folder = checkpointDir(output.dir, step);
  const { state, moments } = await start.store();
  // The logs are on the disk before the checkpoint that goes on from them.
  const logs = await syncLogs(output.dir);
  await saveModel(folder, model, { moments, state, logs });
  await removeOldCheckpoints(output.dir, step, output);
}

function metricsOf({ step, loss, gradNorm, learningRate, skipped, evaluation, heldOutLoss }: WarmStartStep): MetricsRecord {
  const measured = { ...(evaluation && evaluationMetrics(evaluation)), ...(heldOutLoss !== undefined && { "eval/loss": heldOutLoss }) };
  return { step, loss, grad_norm: gradNorm, learning_rate: learningRate, skipped_steps: skipped, ...measured };
}

/** The seconds that are left after a step, by the steps since `begun`. */
function createCountdown(begun: number, steps: number): (step: number) => number {
  const started = performance.now();
  return (step) => ((performance.now() - started) / (step - begun) / 1000) * (steps - step);
}

function progressLine({ step, loss, evaluation, heldOutLoss }: WarmStartStep, steps: number, left: (step: number) => number): string {
  const measured = [
    `step ${step}/${steps}`,
    `loss ${loss.toFixed(4)}`,
    ...(heldOutLoss === undefined ? [] : [`held-out loss ${heldOutLoss.toFixed(4)}`]),
    ...(evaluation ? [sampledOf(evaluation)] : []),
  ];
  return `${measured.join("   ")}   at most ${left(step).toFixed(0)} s left`;
}

function sampledOf({ passAt1, passAtK, k, entropy }: Evaluation): string {
  return `pass@1 ${passAt1.toFixed(3)}   pass@${k} ${passAtK.toFixed(3)}   entropy ${entropy.toFixed(3)}`;
}

function show(text: string): void {
  process.stdout.write(`${text}\n`);
}
