import { stopTexts } from "../../data/stops.ts";
import { FileError } from "../../io/files.ts";
import { appendMetrics, createRunFolder } from "../../io/run_folder.ts";
import { brief } from "../../options/quote.ts";
import type { Metrics } from "../../report/metrics.ts";
import type { TrainConfig } from "../../rl/config/index.ts";
import { evaluateTask, type TaskEvaluationOptions } from "../../rl/evaluation/evaluate_task.ts";
import { evaluationMetrics } from "../../rl/evaluation/evaluation_metrics.ts";
import type { PolicyModel } from "../../rl/model.ts";
import { taskReward } from "../../rl/scoring/rewards.ts";
import { subjectOfTask } from "../../rl/subject.ts";
import { createTrainer, type Trainer } from "../../rl/trainer.ts";
import { createTask } from "../../tasks/index.ts";
import type { Cell, CellResult, Probe } from "./cell.ts";
import { type CellProgress, removeCheckpoints, returnTo, saveCell } from "./cell_checkpoint.ts";
import { appendObservation, describeCell, isDescribedAs, noteVersion, writeObservations, writeSeconds } from "./cell_folder.ts";
import type { Host } from "./host.ts";
import { differingText, KEEP_OR_REPLACE, otherRun } from "./other_run.ts";
import { type StartOptions, startingModel } from "./start.ts";

export interface CellOptions extends StartOptions {
  readonly onMetrics?: (metrics: Metrics) => void;
  /** Seconds between two checkpoints of a cell. */
  readonly checkpointEvery?: number;
  /** Whether it may replace a run with other settings that is complete or has a checkpoint. Default: no, it throws FileError. */
  readonly overwrite?: boolean | undefined;
}

/** A checkpoint of a small model takes a fraction of a second, so that this costs nothing and a killed session loses no more. */
const CHECKPOINT_EVERY = 120;

/** A cell at work: everything that is to be freed at its end, and what it has measured so far. */
interface Work {
  readonly model: PolicyModel;
  readonly trainer: Trainer;
  readonly probe: Probe | undefined;
  readonly before: CellProgress | undefined;
  readonly versions: readonly string[] | undefined;
  readonly destroy: () => void;
}

/**
 * Trains a cell to its last step and writes its run folder: config.yaml, and metrics.jsonl with an evaluation before (step 0), after, and in
 * between where `eval.every` asks for it. A cell that was cut short goes on from its last checkpoint, to the same bits. Once the signal is
 * aborted it is saved between two steps and rejects with the signal's reason.
 */
export async function runCell(cell: Cell, config: TrainConfig, options: CellOptions): Promise<CellResult> {
  const { host, dir, signal, checkpointEvery = CHECKPOINT_EVERY } = options;
  const folder = `${dir}/${cell.name}`;
  const started = performance.now();
  const work = await beginCell(cell, config, options);
  const { trainer, model, before, versions } = work;
  const lines: Metrics[] = [...(before?.metrics ?? [])];
  const observations: unknown[] = [...(before?.observations ?? [])];
  const secondsSoFar = (): number => (before?.seconds ?? 0) + (performance.now() - started) / 1000;
  let saved = performance.now();
  const save = (): Promise<void> => saveCell(host, folder, { trainer, model, seconds: secondsSoFar() });
  const record = async (metrics: Metrics): Promise<void> => {
    lines.push(metrics);
    await appendMetrics(folder, metrics);
    options.onMetrics?.(metrics);
  };
  const measure = measurements(cell, work, config, host);
  try {
    if (lines.length === 0) await record({ step: 0, ...(await measure({ isEnd: true })) });
    else options.onMetrics?.(lines.at(-1)!);
    while (trainer.step < config.grpo.steps) {
      if (signal?.aborted && trainer.step > 0) await save();
      signal?.throwIfAborted();
      const step = await trainer.train();
      if (cell.observe) {
        observations.push(cell.observe(step));
        await appendObservation(folder, observations.at(-1));
      }
      const isEnd = trainer.step === config.grpo.steps;
      await record({ ...step.metrics, ...(isDue(trainer.step, config) ? await measure({ isEnd }) : {}) });
      if (isEnd || performance.now() - saved < 1000 * checkpointEvery) continue;
      await save();
      saved = performance.now();
    }
  } finally {
    work.destroy();
  }
  const seconds = secondsSoFar();
  await writeSeconds(folder, seconds);
  await removeCheckpoints(folder);
  return { config, metrics: lines, observations, seconds, versions };
}

async function beginCell(cell: Cell, config: TrainConfig, options: CellOptions): Promise<Work> {
  const { host, dir } = options;
  const folder = `${dir}/${cell.name}`;
  const text = describeCell(cell, config, host.device.name);
  if (!options.overwrite) await refuseOtherRun(cell, text, dir);
  const point = (await isDescribedAs(folder, text)) ? await host.findRun(folder) : undefined;
  const before = point && (await returnTo(point, cell, folder));
  const model = point && before ? await host.loadModel(point.path) : await startingModel(cell, options);
  // A run that goes on is no longer at its start, which a KL term and a probe measure against.
  const start = (before && config.grpo.beta > 0) || cell.probe ? await startingModel(cell, options) : undefined;
  const { task } = cell;
  const trainer = await createTrainer({
    device: host.device,
    model,
    config,
    trainProblems: task.problems("train"),
    evalProblems: task.problems("eval").slice(cell.heldOutFrom ?? 0),
    rewards: cell.rewards ?? [taskReward(task)],
    stop: stopTexts(task.stop),
    ...(before && start && config.grpo.beta > 0 && { reference: start }),
  });
  const probe = start && (await cell.probe?.({ device: host.device, model, start, task, config }));
  if (point && before) trainer.load(point.saved);
  else {
    await createRunFolder(folder, text, { overwrite: true });
    if (cell.observe) await writeObservations(folder, []);
  }
  const versions = await noteVersion(folder, host.version, { anew: !before });
  const parts = [trainer, probe, model, start];
  return { model, trainer, probe, before, versions, destroy: () => parts.forEach((part) => void part?.destroy()) };
}

/** Knobs that a search finds are not known before it has ended, so that the command cannot refuse them earlier. */
async function refuseOtherRun(cell: Cell, text: string, dir: string): Promise<void> {
  const other = await otherRun(cell, text, { dir });
  if (!other) return;
  throw new FileError(`${brief(`${dir}/${cell.name}`)} holds a run with other settings${differingText([other])}; ${KEEP_OR_REPLACE}`);
}

function isDue(step: number, { eval: { every }, grpo }: TrainConfig): boolean {
  return step === grpo.steps || (every > 0 && step % every === 0);
}

type Measured = Omit<Metrics, "step">;

/** What is measured between two steps; other tasks only at the beginning and at the end, unless the cell asks for more. */
function measurements(cell: Cell, { trainer, model, probe }: Work, config: TrainConfig, host: Host) {
  const ofTask = { ...evaluationOf(config, model, host), subject: subjectOfTask(cell.task) };
  return async ({ isEnd }: { isEnd: boolean }): Promise<Measured> => ({
    ...evaluationMetrics(cell.scoredByTask ? await evaluateTask(ofTask) : await trainer.evaluate()),
    ...(isEnd || cell.elsewhereAlong ? await evaluateElsewhere(cell, model, config, host) : {}),
    ...(await probe?.measure()),
  });
}

function evaluationOf(config: TrainConfig, model: PolicyModel, { device }: Host): Omit<TaskEvaluationOptions, "subject"> {
  const { prompts, completions } = config.eval;
  return { device, model, prompts, completions, temperature: config.grpo.temperature, seed: config.seed };
}

async function evaluateElsewhere(cell: Cell, model: PolicyModel, config: TrainConfig, host: Host): Promise<Measured> {
  const shared = evaluationOf(config, model, host);
  let metrics: Measured = {};
  for (const [name, task] of Object.entries(cell.elsewhere ?? {})) {
    metrics = { ...metrics, ...evaluationMetrics(await evaluateTask({ ...shared, subject: subjectOfTask(createTask(task)) }), name) };
  }
  return metrics;
}
