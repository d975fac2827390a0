import { type OptionDescription } from "../../options/schema.js";
import { type SftConfig, type TrainConfig } from "./sections.js";
export { ConfigError, nearestWord, refusal, unknownKey } from "../../options/problems.js";
export { changesInResume, type OptionChange, recordedChanges, withChanges } from "./changes.js";
export { checkAgainstModel } from "./contradictions.js";
export { applyOverrides } from "./overrides.js";
export { entropyPresets } from "./presets.js";
export type { SftConfig, TrainConfig } from "./sections.js";
export type { OptionDescription };
/**
 * Checks the configuration of `train` (plain data, as read from YAML) and fills in defaults.
 * `name` is the run's name where output.dir is left out (`runs/NAME`). Throws ConfigError, one line per problem.
 */
export declare function parseTrainConfig(value: unknown, name?: string): TrainConfig;
/** Checks the configuration of `sft` and fills in defaults. `name` and errors are as for parseTrainConfig. */
export declare function parseSftConfig(value: unknown, name?: string): SftConfig;
/** Every option of `train` or `sft` in the order of the schema, for documentation; controllers and losses document their own. */
export declare function listOptions(command: "train" | "sft"): OptionDescription[];
/** In words, the keys of a configuration that belong to other controllers or losses than its own: they have no effect. */
export declare function withoutEffect({ grpo, entropy }: TrainConfig): string[];
