import { join } from "node:path";
import { stringify } from "yaml";
import { writeConfig } from "../io/run_folder.js";
import { applyOverrides, changesInResume, parseTrainConfig, recordedChanges, withChanges, } from "../rl/config/index.js";
import { readConfigFile } from "./options.js";
/** Reads RUN/config.yaml. The folder may have been moved since it was written, so its path is `dir`. */
export async function readRunConfig(dir) {
    const { value } = await readConfigFile(join(dir, "config.yaml"));
    return { config: inFolder(parseTrainConfig(value), dir), changes: recordedChanges(value) };
}
/**
 * The configuration that a resume after `step` steps goes on with.
 * @throws ConfigError for overrides that would break with what the run has done
 */
export function resumedConfig({ config, changes }, overrides, step) {
    const now = parseTrainConfig(applyOverrides(config, overrides));
    return { config: now, changes: withChanges(changes, changesInResume(config, now, step), step) };
}
/** Writes RUN/config.yaml. It stays a configuration, with the changes as a list that `train` does not read. */
export async function writeRunConfig({ config, changes }) {
    await writeConfig(config.output.dir, stringify(changes.length > 0 ? { ...config, changes } : config));
}
/** One line for each change: "changed after step 20: grpo.learningRate from 0.0003 to 0.0001". */
export function describeChanges(changes) {
    return changes
        .map(({ after, option, from, to }) => `changed after step ${after}: ${option} from ${JSON.stringify(from)} to ${JSON.stringify(to)}\n`)
        .join("");
}
function inFolder(config, dir) {
    return { ...config, output: { ...config.output, dir } };
}
