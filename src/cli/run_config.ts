import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { writeConfig } from "../io/run_folder.ts";
import {
  applyOverrides,
  changesInResume,
  type OptionChange,
  parseTrainConfig,
  recordedChanges,
  type TrainConfig,
  withChanges,
} from "../rl/config/index.ts";
import { readConfigFile } from "./options.ts";
import { requireKind, requireResumable } from "./run_kind.ts";
import { withFoundFiles } from "./subject.ts";

/** The configuration of a run, and what resumes have changed in it since its start. */
export interface RunConfig {
  readonly config: TrainConfig;
  readonly changes: readonly OptionChange[];
}

/** The configuration that a file and overrides give, with the files that its task names found. */
export async function readTrainConfig(nameOrPath: string, overrides: readonly string[]): Promise<TrainConfig> {
  const { value, name, path } = await readConfigFile(nameOrPath);
  requireKind(value, nameOrPath, "train");
  return parseTrainConfig(withFoundFiles(applyOverrides(value, overrides), dirname(path)), name);
}

/** Reads RUN/config.yaml. The folder may have been moved since it was written, so its path is `dir`. */
export async function readRunConfig(dir: string): Promise<RunConfig> {
  const { value } = await readConfigFile(join(dir, "config.yaml"));
  requireResumable(value, dir);
  return { config: inFolder(parseTrainConfig(value), dir), changes: recordedChanges(value) };
}

/**
 * The configuration that a resume after `step` steps goes on with.
 * @throws ConfigError for overrides that would break with what the run has done
 */
export function resumedConfig({ config, changes }: RunConfig, overrides: readonly string[], step: number): RunConfig {
  const now = parseTrainConfig(applyOverrides(config, overrides));
  return { config: now, changes: withChanges(changes, changesInResume(config, now, step), step) };
}

/** Writes RUN/config.yaml. It stays a configuration, with the changes as a list that `train` does not read. */
export async function writeRunConfig({ config, changes }: RunConfig): Promise<void> {
  await writeConfig(config.output.dir, stringify(changes.length > 0 ? { ...config, changes } : config));
}

/** One line for each change: "changed after step 20: grpo.learningRate from 0.0003 to 0.0001". */
export function describeChanges(changes: readonly OptionChange[]): string {
  return changes
    .map(({ after, option, from, to }) => `changed after step ${after}: ${option} from ${JSON.stringify(from)} to ${JSON.stringify(to)}\n`)
    .join("");
}

function inFolder(config: TrainConfig, dir: string): TrainConfig {
  return { ...config, output: { ...config.output, dir } };
}
