import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { CHECKPOINTS, writeConfig } from "../io/run_folder.ts";
import { brief } from "../options/quote.ts";
import {
  applyOverrides,
  changesInResume,
  changesInWarmStart,
  type OptionChange,
  parseRecordedConfig,
  parseSftConfig,
  parseTrainConfig,
  recordedChanges,
  type SftConfig,
  type TrainConfig,
  withChanges,
  withKnownRewards,
} from "../rl/config/index.ts";
import { UsageError } from "./errors.ts";
import { readConfigFile } from "./options.ts";
import { requireKind, resumableKind } from "./run_kind.ts";
import { withFoundFiles } from "./subject.ts";

/** The configuration of a run, and what resumes have changed in it since its start. */
export interface RunConfig<Config = TrainConfig> {
  readonly config: Config;
  readonly changes: readonly OptionChange[];
}

/** A run that can go on, of the command that began it. */
export type ResumableRun = ({ readonly command: "train" } & RunConfig<TrainConfig>) | ({ readonly command: "sft" } & RunConfig<SftConfig>);

/** The configuration that a file and overrides give, with the files that its task names found. */
export async function readTrainConfig(nameOrPath: string, overrides: readonly string[]): Promise<TrainConfig> {
  const { value, name, path } = await readConfigFile(nameOrPath);
  requireKind(value, nameOrPath, "train");
  return parseTrainConfig(withFoundFiles(applyOverrides(value, overrides), dirname(path)), name);
}

/** Reads RUN/config.yaml. The folder may have been moved since it was written, so its path is `dir`. */
export async function readRun(dir: string): Promise<ResumableRun> {
  await requireRun(dir);
  const { value } = await readConfigFile(join(dir, "config.yaml"));
  const changes = recordedChanges(value);
  const command = resumableKind(value, dir);
  if (command === "sft") return { command, config: inFolder(parseSftConfig(value), dir), changes };
  return { command, config: inFolder(parseRecordedConfig(value), dir), changes };
}

/** Says what a folder is in which no run began. @throws UsageError */
async function requireRun(dir: string): Promise<void> {
  if (existsSync(join(dir, "config.yaml"))) return;
  const shown = brief(dir);
  const run = runOfCheckpoint(dir);
  if (run !== undefined) {
    throw new UsageError(
      `${shown} is not the folder of a run but lies in one, which goes on from its newest checkpoint; give ${brief(run)}`,
    );
  }
  const found = await stat(dir).catch(() => undefined);
  const fact = found?.isDirectory() ? "holds no run, because it has no config.yaml" : found ? "is a file" : "does not exist";
  throw new UsageError(`${shown} ${fact}; give the folder of a run, such as runs/quickstart`);
}

/** The run folder above a checkpoint, or above the folder of all of them. */
function runOfCheckpoint(dir: string): string | undefined {
  const places = [resolve(dir), dirname(resolve(dir))];
  const above = [join(dir, ".."), join(dir, "..", "..")];
  return above.find((run) => existsSync(join(run, "config.yaml")) && places.includes(resolve(run, CHECKPOINTS)));
}

/** What resumes have changed of a run so far. */
export async function readChanges(dir: string): Promise<readonly OptionChange[]> {
  return (await readRun(dir)).changes;
}

/**
 * The configuration that a resume after `step` steps goes on with.
 * @throws ConfigError for overrides that would break with what the run has done
 */
export function resumedConfig({ config, changes }: RunConfig, overrides: readonly string[], step: number): RunConfig {
  const now = parseTrainConfig(applyOverrides(config, overrides));
  return { config: now, changes: withChanges(changes, changesInResume(config, now, step), step) };
}

/** The same for a warm start. */
export function resumedWarmStart(
  { config, changes }: RunConfig<SftConfig>,
  overrides: readonly string[],
  step: number,
): RunConfig<SftConfig> {
  const given = applyOverrides(config, overrides);
  const now = withKnownRewards(parseSftConfig(given), given);
  return { config: now, changes: withChanges(changes, changesInWarmStart(config, now, step), step) };
}

/** Writes RUN/config.yaml. It stays a configuration, with the changes as a list that `train` and `sft` do not read. */
export async function writeRunConfig({ config, changes }: RunConfig<TrainConfig | SftConfig>): Promise<void> {
  await writeConfig(config.output.dir, stringify(changes.length > 0 ? { ...config, changes } : config));
}

/** One line for each change: "changed after step 20: grpo.learningRate from 0.0003 to 0.0001". */
export function describeChanges(changes: readonly OptionChange[]): string {
  return changes
    .map(({ after, option, from, to }) => `changed after step ${after}: ${option} from ${JSON.stringify(from)} to ${JSON.stringify(to)}\n`)
    .join("");
}

function inFolder<Config extends TrainConfig | SftConfig>(config: Config, dir: string): Config {
  return { ...config, output: { ...config.output, dir } };
}
