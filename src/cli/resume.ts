import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { FileError, isFile } from "../io/files.ts";
import { planLogRepair } from "../io/log_repair.ts";
import { isAdapterFolder, readPeftConfig } from "../io/peft.ts";
import { listCheckpoints } from "../io/run_folder.ts";
import { sweepRunFolder } from "../io/sweep.ts";
import { folderOf } from "../node/load_model.ts";
import { findResumePoint, type ResumePoint } from "../node/resume_point.ts";
import { withRunLock } from "../node/run_lock.ts";
import { brief } from "../options/quote.ts";
import { type AutoResumeOptions, addAutoResumeOption, stepsDone, withAutoResume } from "./auto_resume.ts";
import { evaluateBeforeAndAfter } from "./before_after.ts";
import { UsageError } from "./errors.ts";
import type { InterruptWatch } from "./interrupt.ts";
import { addAdapterOption, addExamples, addSetOption, PROGRAM } from "./options.ts";
import { readRunConfig, resumedConfig, writeRunConfig } from "./run_config.ts";
import { openSession, runSession } from "./training_session.ts";

interface ResumeOptions extends AutoResumeOptions {
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
    ["resume runs/quickstart --set grpo.learningRate=0.0001", "goes on with a smaller learning rate; config.yaml says from which step on"],
  ]);
}

async function resumeAgain(dir: string, options: ResumeOptions): Promise<void> {
  const done = () => stepsDone(dir);
  await withAutoResume(options, { attempt: () => resume(dir, options), begun: await stepOfResume(dir), done });
}

/** The newest checkpoint that is whole; says which newer ones are not. */
async function resumePoint(dir: string): Promise<ResumePoint> {
  const { point, refused } = await findResumePoint(dir);
  if (point) {
    for (const line of refused) say(line);
    if (refused.length > 0) say(`going on from ${basename(point.path)}`);
    return point;
  }
  await requireBase(dir);
  const again = `start again with: ${PROGRAM} train ${join(dir, "config.yaml")} --overwrite`;
  const [first, ...others] = refused;
  if (first === undefined) throw new UsageError(`${dir} holds no checkpoint to resume from; ${again}`);
  const more = others.length > 0 ? ` (and ${others.length} older ${others.length > 1 ? "ones" : "one"} cannot either)` : "";
  throw new FileError(`${dir}: ${first}${more}; ${again}`);
}

/** Checkpoints of adapters are whole and of no use where the base model under them is not found. @throws UsageError */
async function requireBase(dir: string): Promise<void> {
  const newest = (await listCheckpoints(dir))[0]?.path;
  if (newest === undefined || !(await isAdapterFolder(newest))) return;
  const { base = "" } = await readPeftConfig(newest).catch(() => ({ base: undefined }));
  if (base === "" || (await isFile(join(await folderOf(base), "config.json")))) return;
  throw new UsageError(
    `${brief(dir)} trains adapters of the model ${brief(base)}, which is not there; go to the folder in which the run began, or link the model to that path`,
  );
}

function say(note: string): void {
  process.stderr.write(`note: ${note}\n`);
}

/** The step that a run goes on from; a run that cannot says so when it is tried. */
async function stepOfResume(dir: string): Promise<number> {
  return (await findResumePoint(dir)).point?.step ?? 0;
}

/** Continues a run from its last checkpoint. */
export async function resume(dir: string, options: Omit<ResumeOptions, "autoResume">): Promise<void> {
  const run = await readRunConfig(dir);
  await withRunLock(dir, async (lock) => {
    const point = await resumePoint(dir);
    const resumed = resumedConfig(run, options.set, point.step);
    const { config, changes } = resumed;
    const repair = await planLogRepair({ dir, step: point.step, checkpoint: basename(point.path), recorded: point.logs });
    for (const note of repair.notes) say(note);
    const session = await openSession(config, { adapter: options.adapter, modelDir: point.path });
    session.trainer.load(point.saved);
    // Nothing is written before all of the above has been found in order.
    await sweepRunFolder(dir);
    await repair.apply();
    if (!isDeepStrictEqual(resumed, run)) await writeRunConfig(resumed);
    const train = (interrupt: InterruptWatch): Promise<void> => runSession(session, config, { interrupt, lock });
    await evaluateBeforeAndAfter(session, config, { plots: options.plots, changes, run: train });
  });
}
