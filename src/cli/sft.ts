import { dirname } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { removeOldCheckpoints } from "../io/keep_checkpoints.ts";
import { appendMetrics, checkOccupied, checkpointDir, createRunFolder, type MetricsRecord, type OccupiedFolder } from "../io/run_folder.ts";
import { sweepRunFolder } from "../io/sweep.ts";
import { writeError } from "../io/write_whole.ts";
import { saveModel } from "../node/load_model.ts";
import { type RunLock, withRunLock } from "../node/run_lock.ts";
import { type Reporter, reportedStep } from "../report/reporter.ts";
import { applyOverrides, parseSftConfig, type SftConfig } from "../rl/config/index.ts";
import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.ts";
import type { PolicyModel } from "../rl/model.ts";
import { learnAsPlanned, planWarmStart, type WarmStartStep } from "../rl/warm_start/warm_start.ts";
import { InterruptedError } from "./errors.ts";
import { type StopSignal, watchInterrupt } from "./interrupt.ts";
import { pupilOf, readLesson } from "./lessons.ts";
import { showPlan } from "./memory_table.ts";
import { requireReward } from "./nothing_scored.ts";
import { addAdapterOption, addExamples, addSetOption, readConfigFile } from "./options.ts";
import { checkReport, openReporters } from "./reporters.ts";
import { collectFailures } from "./reward_failures.ts";
import { occupiedRemedy, requireKind } from "./run_kind.ts";
import { afterSkips } from "./skipped_stop.ts";
import { addWatchOptions, checkWatch, createStepWatch, type StepWatch, type WatchOptions, watchSteps } from "./step_watch.ts";
import { withFoundFiles, withKeptDate } from "./subject.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

interface SftOptions extends WatchOptions {
  adapter: string;
  set: string[];
  overwrite?: boolean;
  plan?: boolean;
}

export function register(command: Command): void {
  command
    .argument(
      "<config>",
      "YAML file with the keys model, task, seed, memory, lora, sft, eval, report, output, or a shipped one by name: sort_sft",
    )
    .option("--overwrite", "replace a run that output.dir already holds")
    .option("--plan", "only show how much GPU memory the run needs; train nothing and write nothing")
    .action(sft);
  addAdapterOption(command);
  addSetOption(command);
  addWatchOptions(command);
  addExamples(command, [
    ["sft configs/countdown_sft.yaml", "trains a small model on countdown's own solutions until it is right 31 % of the time"],
    ["sft configs/data_sft.yaml", "trains a small model on the answers of a file until half of those that it samples are right"],
    ["sft configs/sort_sft.yaml --set seed=1 --set output.dir=runs/sort-1", "warm-starts another policy for sorting, from another seed"],
  ]);
}

async function sft(path: string, options: SftOptions): Promise<void> {
  const config = await readSftConfig(path, options.set);
  checkWatch(options, config.sft.steps, "sft.steps");
  checkReport(config);
  const { dir } = config.output;
  const occupied: OccupiedFolder = { overwrite: options.overwrite ?? false, remedy: occupiedRemedy("sft", dir) };
  if (!options.plan) await fromUser(() => checkOccupied(dir, occupied));
  const failures = collectFailures();
  const lesson = await fromUser(() => readLesson(config.task, failures.add));
  const device = await openNamedDevice({ adapter: options.adapter, timestamps: options.profile !== undefined });
  const pupil = await fromUser(() => pupilOf(device, config, lesson));
  const plan = await planWarmStart({ ...lesson.taught, device, model: pupil.outline, config });
  const { leftOut, most } = plan.lessons;
  if (leftOut > 0) process.stdout.write(`note: examples longer than ${most} tokens are left out: ${leftOut}\n`);
  if (options.plan) return showPlan({ device, fit: plan }, config.memory);
  const model = await fromUser(pupil.make);
  await withRunLock(dir, async (lock) => {
    await createRunFolder(dir, stringify(withKeptDate(config, model.tokenizer)), occupied);
    await sweepRunFolder(dir);
    process.stdout.write(`${dir} on ${device.name}, ${model.placed.parameterCount.toLocaleString("en-US")} parameters\n`);
    const watch = await createStepWatch(options, { device, dir });
    await trainUntilStopped(config, { steps: learnAsPlanned({ device, model, config }, plan), model, watch, lock, failures });
  });
  model.destroy();
  device.destroy();
}

/** The configuration that a file and overrides give, with the files that it names found. */
async function readSftConfig(nameOrPath: string, overrides: readonly string[]): Promise<SftConfig> {
  const { value, name, path } = await readConfigFile(nameOrPath);
  requireKind(value, nameOrPath, "sft");
  return parseSftConfig(withFoundFiles(applyOverrides(value, overrides), dirname(path)), name);
}

interface Training {
  readonly steps: ReturnType<typeof learnAsPlanned>;
  readonly model: PolicyModel;
  readonly watch: StepWatch;
  readonly lock: RunLock;
  readonly failures: ReturnType<typeof collectFailures>;
}

/** Trains to the end, or to the step in which somebody asks for a stop, and saves either way. */
async function trainUntilStopped(config: SftConfig, { steps, model, watch, lock, failures }: Training): Promise<void> {
  const { dir, checkpointEvery } = config.output;
  const started = performance.now();
  const show = (text: string): void => void process.stdout.write(`${text}\n`);
  const interrupt = watchInterrupt(() => show("finishing this step, then saving (Ctrl-C again to stop at once)"));
  let [last, skipped] = [0, 0];
  let evaluated: Evaluation | undefined;
  let reports: Reporter | undefined;
  let saved: number | undefined;
  const save = async (): Promise<void> => {
    if (saved === last) return;
    await lock.assertHeld();
    await saveWarmStart(config, model, last);
    saved = last;
  };
  const record = async (step: WarmStartStep): Promise<void> => {
    last = step.step;
    await lock.assertHeld();
    const metrics = metricsOf(step);
    await appendMetrics(dir, metrics);
    // Opening tells of all that is in the file, this step included.
    if (reports) reports.report(reportedStep(metrics));
    else reports = await openReporters(config, (line) => show(`warning: ${line}`));
  };
  try {
    for await (const step of watchSteps(steps, watch, show)) {
      await record(step);
      if (step.skipped > skipped) show(`warning: step ${last} changed nothing, because its numbers are not finite`);
      skipped = step.skipped;
      if (checkpointEvery > 0 && last % checkpointEvery === 0) await save();
      if (last % config.sft.evalEvery === 0 || last === config.sft.steps)
        show(progressLine(step, config.sft.steps, performance.now() - started));
      for (const line of failures.take()) show(line);
      evaluated = step.evaluation ?? evaluated;
      if (interrupt.requested()) break;
    }
    await save();
    await watch.end(show);
  } catch (error) {
    throw await afterSkips(error, "lower sft.learningRate", async (step: WarmStartStep) => {
      await record(step);
      await save();
      return checkpointDir(dir, last);
    });
  } finally {
    await reports?.close();
    interrupt.release();
  }
  tellEnd(config, { last, passAt1: evaluated?.passAt1, signal: interrupt.requested() });
  if (evaluated) requireReward(evaluated.reward, failures.first());
}

interface TrainingEnd {
  readonly last: number;
  readonly passAt1: number | undefined;
  readonly signal: StopSignal | undefined;
}

/** Says where the checkpoint is, and where the steps ran out before pass@1 was what was asked for. */
function tellEnd({ sft: { steps, stopAtPassAt1 }, output }: SftConfig, { last, passAt1, signal }: TrainingEnd): void {
  process.stdout.write(`checkpoint: ${checkpointDir(output.dir, last)}\n`);
  if (signal) throw new InterruptedError(`stopped after step ${last} of at most ${steps}, and saved`, signal);
  if (stopAtPassAt1 === null || passAt1 === undefined || passAt1 >= stopAtPassAt1) return;
  const short = `pass@1 is ${passAt1.toFixed(3)} after all ${steps} steps, below sft.stopAtPassAt1 ${stopAtPassAt1}`;
  process.stdout.write(`note: ${short}; raise sft.steps for more\n`);
}

async function saveWarmStart({ output }: SftConfig, model: PolicyModel, step: number): Promise<void> {
  const folder = checkpointDir(output.dir, step);
  await saveModel(folder, model).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  await removeOldCheckpoints(output.dir, step, output);
}

function metricsOf({ step, loss, gradNorm, learningRate, skipped, evaluation, heldOutLoss }: WarmStartStep): MetricsRecord {
  const measured = { ...(evaluation && evaluationMetrics(evaluation)), ...(heldOutLoss !== undefined && { "eval/loss": heldOutLoss }) };
  return { step, loss, grad_norm: gradNorm, learning_rate: learningRate, skipped_steps: skipped, ...measured };
}

function progressLine({ step, loss, evaluation, heldOutLoss }: WarmStartStep, steps: number, elapsed: number): string {
  const left = ((elapsed / step) * (steps - step)) / 1000;
  const measured = [
    `step ${step}/${steps}`,
    `loss ${loss.toFixed(4)}`,
    ...(heldOutLoss === undefined ? [] : [`held-out loss ${heldOutLoss.toFixed(4)}`]),
    ...(evaluation ? [sampledOf(evaluation)] : []),
  ];
  return `${measured.join("   ")}   at most ${left.toFixed(0)} s left`;
}

function sampledOf({ passAt1, passAtK, k, entropy }: Evaluation): string {
  return `pass@1 ${passAt1.toFixed(3)}   pass@${k} ${passAtK.toFixed(3)}   entropy ${entropy.toFixed(3)}`;
}
