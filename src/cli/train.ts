import type { Command } from "commander";
import { stringify } from "yaml";
import { checkOccupied, createRunFolder, type OccupiedFolder, readConfig } from "../io/run_folder.ts";
import { sweepRunFolder } from "../io/sweep.ts";
import { withRunLock } from "../node/run_lock.ts";
import { type AutoResumeOptions, addAutoResumeOption } from "./auto_resume.ts";
import { evaluateBeforeAndAfter } from "./before_after.ts";
import { beginAgain } from "./begin_again.ts";
import { showPlan } from "./memory_table.ts";
import { addAdapterOption, addExamples, addSetOption } from "./options.ts";
import { readTrainConfig } from "./run_config.ts";
import { occupiedRemedy } from "./run_kind.ts";
import { addWatchOptions, type WatchOptions } from "./step_watch.ts";
import { withKeptDate } from "./subject.ts";
import { openSession, planSession, runSession } from "./training_session.ts";
import { fromUser } from "./user_input.ts";

interface TrainOptions extends WatchOptions, AutoResumeOptions {
  adapter: string;
  set: string[];
  overwrite?: boolean;
  plots: boolean;
  plan?: boolean;
}

export function register(command: Command): void {
  command
    .argument(
      "<config>",
      "YAML file with the keys model, task, seed, memory, lora, grpo, entropy, eval, report, output, or a shipped one by name: quickstart",
    )
    .option("--overwrite", "replace a run that output.dir already holds")
    .option("--no-plots", "do not draw plots at the end")
    .option("--plan", "only show how much GPU memory the run needs; train nothing and write nothing")
    .action(trainAgain);
  addAdapterOption(command);
  addSetOption(command);
  addWatchOptions(command);
  addAutoResumeOption(command);
  addExamples(command, [
    ["train quickstart", "trains the shipped model on countdown with its entropy held at 0.35 nats"],
    ["train configs/quickstart.yaml --set entropy.controller=none --set output.dir=runs/grpo", "the same by plain GRPO, to compare with"],
    ["train configs/quickstart.yaml --set lora.rank=16 --set output.dir=runs/lora", "trains low-rank adapters in place of the weights"],
    ["train configs/quickstart.yaml --plan", "shows the GPU memory that the run needs, part by part, and trains nothing"],
    [
      "train configs/quickstart.yaml --profile 5 --set output.dir=runs/profile",
      "also shows which kernels the third to the seventh step spent their time in",
    ],
  ]);
}

async function trainAgain(path: string, options: TrainOptions): Promise<void> {
  const { dir } = (await readTrainConfig(path, options.set)).output;
  await beginAgain(options, { dir, begin: (changed, onFolder) => train(path, { ...options, ...changed }, onFolder) });
}

/** `onFolder` is called once the run's folder is made. */
async function train(path: string, options: TrainOptions, onFolder: () => void): Promise<void> {
  const config = await readTrainConfig(path, options.set);
  if (options.plan) return showPlan(await planSession(config, { adapter: options.adapter }), config.memory);
  const { dir } = config.output;
  const remedy = occupiedRemedy("train", dir, await readConfig(dir).catch(() => undefined));
  const occupied: OccupiedFolder = { overwrite: options.overwrite ?? false, remedy };
  await fromUser(() => checkOccupied(dir, occupied));
  const session = await openSession(config, { adapter: options.adapter, watch: options });
  await withRunLock(dir, async (lock) => {
    await createRunFolder(dir, stringify(withKeptDate(config, session.model.tokenizer)), occupied);
    onFolder();
    await sweepRunFolder(dir);
    await evaluateBeforeAndAfter(session, config, {
      plots: options.plots,
      run: (interrupt) => runSession(session, config, { interrupt, lock }),
    });
  });
}
