import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { readTrainingState } from "../io/checkpoint.ts";
import { latestCheckpoint, truncateMetrics } from "../io/run_folder.ts";
import { withRunLock } from "../node/run_lock.ts";
import type { TrainerState } from "../rl/trainer.ts";
import { evaluateBeforeAndAfter } from "./before_after.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addSetOption, PROGRAM } from "./options.ts";
import { readRunConfig, resumedConfig, writeRunConfig } from "./run_config.ts";
import { openSession, runSession } from "./training_session.ts";

interface ResumeOptions {
  adapter: string;
  set: string[];
  plots: boolean;
}

export function register(command: Command): void {
  command.argument("<run>", "folder of the run").option("--no-plots", "do not draw plots at the end").action(resume);
  addAdapterOption(command);
  addSetOption(command);
  addExamples(command, [
    ["resume runs/quickstart", "goes on from the last checkpoint, and reaches the same bits as a run that never stopped"],
    ["resume runs/quickstart --set grpo.steps=120", "trains a finished run further"],
    ["resume runs/quickstart --set grpo.learningRate=0.0001", "goes on with a smaller learning rate; config.yaml says from which step on"],
  ]);
}

async function resume(dir: string, options: ResumeOptions): Promise<void> {
  const run = await readRunConfig(dir);
  await withRunLock(dir, async (lock) => {
    const checkpoint = await latestCheckpoint(dir);
    if (!checkpoint)
      throw new UsageError(`${dir} holds no checkpoint to resume from; start again with: ${PROGRAM} train ${dir}/config.yaml --overwrite`);
    const { optimizer, state } = await readTrainingState(checkpoint.path);
    const resumed = resumedConfig(run, options.set, checkpoint.step);
    const { config, changes } = resumed;
    const session = await openSession(config, { adapter: options.adapter, modelDir: checkpoint.path });
    const moments = new Map([...optimizer].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
    session.trainer.load({ state: state as unknown as TrainerState, moments });
    await truncateMetrics(dir, session.trainer.step);
    if (!isDeepStrictEqual(resumed, run)) await writeRunConfig(resumed);
    await evaluateBeforeAndAfter(session, config, {
      plots: options.plots,
      changes,
      run: (interrupt) => runSession(session, config, { interrupt, lock }),
    });
  });
}
