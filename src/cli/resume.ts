import { join } from "node:path";
import type { Command } from "commander";
import { readTrainingState } from "../io/checkpoint.ts";
import { latestCheckpoint, truncateMetrics } from "../io/run_folder.ts";
import { applyOverrides, parseTrainConfig } from "../rl/config/index.ts";
import type { TrainerState } from "../rl/trainer.ts";
import { type AutoResumeOptions, addAutoResumeOption, stepsDone, withAutoResume } from "./auto_resume.ts";
import { evaluateBeforeAndAfter } from "./before_after.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addSetOption, PROGRAM, readConfigFile } from "./options.ts";
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
  ]);
}

async function resumeAgain(dir: string, options: ResumeOptions): Promise<void> {
  const done = () => stepsDone(dir);
  await withAutoResume(options, { attempt: () => resume(dir, options), begun: (await latestCheckpoint(dir))?.step ?? 0, done });
}

/** Continues a run from its last checkpoint. */
export async function resume(dir: string, options: Omit<ResumeOptions, "autoResume">): Promise<void> {
  const { value } = await readConfigFile(join(dir, "config.yaml"));
  const parsed = parseTrainConfig(applyOverrides(value, options.set));
  const config = { ...parsed, output: { ...parsed.output, dir } };
  const checkpoint = await latestCheckpoint(dir);
  if (!checkpoint)
    throw new UsageError(`${dir} holds no checkpoint to resume from; start again with: ${PROGRAM} train ${dir}/config.yaml --overwrite`);
  const { optimizer, state } = await readTrainingState(checkpoint.path);
  const session = await openSession(config, { adapter: options.adapter, modelDir: checkpoint.path });
  const moments = new Map([...optimizer].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
  session.trainer.load({ state: state as unknown as TrainerState, moments });
  await truncateMetrics(dir, session.trainer.step);
  await evaluateBeforeAndAfter(session, config, { plots: options.plots, run: () => runSession(session, config) });
}
