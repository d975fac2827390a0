import { dirname } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { checkOccupied, createRunFolder, type OccupiedFolder, readConfig } from "../io/run_folder.ts";
import { sweepRunFolder } from "../io/sweep.ts";
import { withRunLock } from "../node/run_lock.ts";
import { applyOverrides, parseSftConfig, type SftConfig, withKnownRewards } from "../rl/config/index.ts";
import { type AutoResumeOptions, addAutoResumeOption } from "./auto_resume.ts";
import { beginAgain } from "./begin_again.ts";
import { showPlan } from "./memory_table.ts";
import { addAdapterOption, addExamples, addSetOption, readConfigFile } from "./options.ts";
import { occupiedRemedy, requireKind } from "./run_kind.ts";
import { addWatchOptions, type WatchOptions } from "./step_watch.ts";
import { withFoundFiles, withKeptDate } from "./subject.ts";
import { fromUser } from "./user_input.ts";
import { openWarmStartSession, planWarmStartSession, runWarmStart } from "./warm_start_session.ts";

interface SftOptions extends WatchOptions, AutoResumeOptions {
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
    .action(sftAgain);
  addAdapterOption(command);
  addSetOption(command);
  addWatchOptions(command);
  addAutoResumeOption(command);
  addExamples(command, [
    ["sft configs/countdown_sft.yaml", "trains a small model on countdown's own solutions until it is right 31 % of the time"],
    ["sft configs/data_sft.yaml", "trains a small model on the answers of a file until half of those that it samples are right"],
    ["sft configs/sort_sft.yaml --set seed=1 --set output.dir=runs/sort-1", "warm-starts another policy for sorting, from another seed"],
  ]);
}

async function sftAgain(path: string, options: SftOptions): Promise<void> {
  const { dir } = (await readSftConfig(path, options.set)).output;
  await beginAgain(options, { dir, begin: (changed, onFolder) => sft(path, { ...options, ...changed }, onFolder) });
}

/** `onFolder` is called once the run's folder is made. */
async function sft(path: string, options: SftOptions, onFolder: () => void): Promise<void> {
  const config = await readSftConfig(path, options.set);
  const { dir } = config.output;
  const remedy = occupiedRemedy("sft", dir, await readConfig(dir).catch(() => undefined));
  const occupied: OccupiedFolder = { overwrite: options.overwrite ?? false, remedy };
  if (!options.plan) await fromUser(() => checkOccupied(dir, occupied));
  const planned = await planWarmStartSession(config, { adapter: options.adapter, watch: options });
  if (options.plan) return showPlan({ device: planned.device, fit: planned.plan }, config.memory);
  const session = await openWarmStartSession(planned, config, options);
  await withRunLock(dir, async (lock) => {
    await createRunFolder(dir, stringify(withKeptDate(config, session.model.tokenizer)), occupied);
    onFolder();
    await sweepRunFolder(dir);
    await runWarmStart(session, config, lock);
  });
}

/** The configuration that a file and overrides give, with the files that it names found. */
async function readSftConfig(nameOrPath: string, overrides: readonly string[]): Promise<SftConfig> {
  const { value, name, path } = await readConfigFile(nameOrPath);
  requireKind(value, nameOrPath, "sft");
  const given = withFoundFiles(applyOverrides(value, overrides), dirname(path));
  return withKnownRewards(parseSftConfig(given, name), given);
}
