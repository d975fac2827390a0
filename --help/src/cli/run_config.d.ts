import { type OptionChange, type TrainConfig } from "../rl/config/index.js";
/** The configuration of a run, and what resumes have changed in it since its start. */
export interface RunConfig {
    readonly config: TrainConfig;
    readonly changes: readonly OptionChange[];
}
/** Reads RUN/config.yaml. The folder may have been moved since it was written, so its path is `dir`. */
export declare function readRunConfig(dir: string): Promise<RunConfig>;
/**
 * The configuration that a resume after `step` steps goes on with.
 * @throws ConfigError for overrides that would break with what the run has done
 */
export declare function resumedConfig({ config, changes }: RunConfig, overrides: readonly string[], step: number): RunConfig;
/** Writes RUN/config.yaml. It stays a configuration, with the changes as a list that `train` does not read. */
export declare function writeRunConfig({ config, changes }: RunConfig): Promise<void>;
/** One line for each change: "changed after step 20: grpo.learningRate from 0.0003 to 0.0001". */
export declare function describeChanges(changes: readonly OptionChange[]): string;
