import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { sweepRunFolder } from "../io/sweep.ts";
import { findPointOf, TRAINER_STATE, WARM_START_STATE } from "../node/resume_point.ts";
import { type RunLock, withRunLock } from "../node/run_lock.ts";
import type { SftConfig } from "../rl/config/index.ts";
import { type AutoResumeOptions, addAutoResumeOption, stepsDone, withAutoResume } from "./auto_resume.ts";
import { evaluateBeforeAndAfter } from "./before_after.ts";
import type { InterruptWatch } from "./interrupt.ts";
import { addAdapterOption, addExamples, addSetOption } from "./options.ts";
import { resumePlace } from "./resume_place.ts";
import { type RunConfig, readRun, resumedConfig, resumedWarmStart, writeRunConfig } from "./run_config.ts";
import { openSession, runSession } from "./training_session.ts";
import { openWarmStartSession, planWarmStartSession, runWarmStart } from "./warm_start_session.ts";

export interface ResumeOptions extends AutoResumeOptions {
  adapter: string;
  set: string[];
  plots: boolean;
}

export function register(command: Command): void {
  command.argument("<run>", "folder of the run").option("--no-plots", "do not draw plots at the end").action(resumeAgain);
  addAutoResumeOption(command);
  addAdapterOption(command);
  addSetOption(command);
  addExamples(command, [
    ["resume runs/quickstart", "goes on from the last checkpoint, and reaches the same bits as a run that never stopped"],
    ["resume runs/quickstart --set grpo.steps=120", "trains a finished run further"],
    ["resume runs/data_sft --set sft.stopAtPassAt1=0.7", "goes on with a warm start until more answers are right"],
    ["resume runs/quickstart --set grpo.learningRate=0.0001", "goes on with a smaller learning rate; config.yaml says from which step on"],
  ]);
}

async function resumeAgain(dir: string, options: ResumeOptions): Promise<void> {
  const done = () => stepsDone(dir);
  await withAutoResume(options, { attempt: () => resume(dir, options), begun: await stepOfResume(dir), done });
}

/** The step that a run goes on from; a run that cannot says so when it is tried. */
async function stepOfResume(dir: string): Promise<number> {
  const { command } = await readRun(dir);
  const { point } = command === "sft" ? await findPointOf(dir, WARM_START_STATE) : await findPointOf(dir, TRAINER_STATE);
  return point?.step ?? 0;
}

/** Continues a run of `train` or `sft` from its last checkpoint. */
export async function resume(dir: string, options: Omit<ResumeOptions, "autoResume">): Promise<void> {
  const run = await readRun(dir);
  await withRunLock(dir, (lock) => {
    return run.command === "sft" ? resumeWarmStart(dir, run, { ...options, lock }) : resumeTraining(dir, run, { ...options, lock });
  });
}

type Guarded = Omit<ResumeOptions, "autoResume"> & { readonly lock: RunLock };

async function resumeTraining(dir: string, { config: began, changes: earlier }: RunConfig, options: Guarded): Promise<void> {
  const run = { config: began, changes: earlier };
  const { point, repair } = await resumePlace(dir, "train", TRAINER_STATE);
  const resumed = resumedConfig(run, options.set, point.step);
  const { config, changes } = resumed;
  const session = await openSession(config, { adapter: options.adapter, modelDir: point.path });
  session.trainer.load(point.saved);
  // Nothing is written before all of the above has been found in order.
  await sweepRunFolder(dir);
  await repair.apply();
  if (!isDeepStrictEqual(resumed, run)) await writeRunConfig(resumed);
  const train = (interrupt: InterruptWatch): Promise<void> => runSession(session, config, { interrupt, lock: options.lock });
  await evaluateBeforeAndAfter(session, config, { plots: options.plots, changes, run: train });
}

async function resumeWarmStart(dir: string, { config: began, changes }: RunConfig<SftConfig>, options: Guarded): Promise<void> {
  const run = { config: began, changes };
  const { point, repair } = await resumePlace(dir, "sft", WARM_START_STATE);
  const resumed = resumedWarmStart(run, options.set, point.step);
  const { config } = resumed;
  const planned = await planWarmStartSession(config, { adapter: options.adapter, modelDir: point.path });
  const session = await openWarmStartSession(planned, config);
  session.start.load(point.saved);
  // As above.
  await sweepRunFolder(dir);
  await repair.apply();
  if (!isDeepStrictEqual(resumed, run)) await writeRunConfig(resumed);
  await runWarmStart(session, config, options.lock);
}
