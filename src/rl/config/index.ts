import type { z } from "zod";
import { controllers } from "../../control/index.ts";
import { dataTask } from "../../data_sets/options.ts";
import { losses } from "../../loss/index.ts";
import { parseOptions } from "../../options/define.ts";
import { isMapping, throwIfAny } from "../../options/problems.ts";
import { describeOptions, type OptionDescription } from "../../options/schema.ts";
import { withoutChanges } from "./changes.ts";
import { contradictions, decayProblems, tooManySampled } from "./contradictions.ts";
import type { GivenMethods } from "./method_problems.ts";
import { withPresets } from "./presets.ts";
import { type Chosen, commonTrainSchema, type TrainConfig, trainSchema } from "./sections.ts";
import { sftProblems } from "./sft_problems.ts";
import { type SftConfig, sftSchema } from "./sft_sections.ts";
import { hints } from "./trl_names.ts";

export { ConfigError, nearestWord, refusal, unknownKey } from "../../options/problems.ts";
export { changesInResume, changesInWarmStart, type OptionChange, recordedChanges, withChanges } from "./changes.ts";
export { checkAgainstModel } from "./contradictions.ts";
export { methodProblems } from "./method_problems.ts";
export { applyOverrides } from "./overrides.ts";
export { entropyPresets } from "./presets.ts";
export type { TrainConfig } from "./sections.ts";
export { withKnownRewards } from "./sft_problems.ts";
export type { SftConfig } from "./sft_sections.ts";
export type { OptionDescription };

/**
 * Checks the configuration of `train` (plain data, as read from YAML) and fills in defaults.
 * `name` is the run's name where output.dir is left out (`runs/NAME`). Throws ConfigError, one line per problem.
 */
export function parseTrainConfig(value: unknown, name = "train"): TrainConfig {
  return parseBeside({}, value, name);
}

/** The same where a program gives a loss or a controller as an object. It is checked in the place of the one that the configuration names. */
export function parseBeside(given: GivenMethods, value: unknown, name = "train"): TrainConfig {
  const config = parseRecordedConfig(value, name);
  throwIfAny(contradictions(config, given));
  return config;
}

/**
 * The configuration that a run has recorded. Where one of an older release contradicts itself by the rules of this one, a resume may change it.
 * @throws ConfigError where a key is not known, or a value is out of its range
 */
export function parseRecordedConfig(value: unknown, name = "train"): TrainConfig {
  const filled = withPresets(withTaskName(withoutEmptySections(withoutChanges(value))));
  const schema = trainSchema(`runs/${name}`, chosenIn(filled));
  // Which controller and loss are chosen is known only when this runs, so the type has the options of all of them.
  return parseOptions(schema as unknown as z.ZodType<TrainConfig>, filled, hints);
}

/** Checks the configuration of `sft` and fills in defaults. `name` and errors are as for parseTrainConfig. */
export function parseSftConfig(value: unknown, name = "sft"): SftConfig {
  const isNew = isMapping(value) && isMapping(value.model);
  const config = parseOptions(sftSchema(`runs/${name}`, { isNew }), withTaskName(withoutEmptySections(withoutChanges(value))), hints);
  throwIfAny([...tooManySampled("eval", config.eval), ...decayProblems("sft", config.sft), ...sftProblems(config, value)]);
  return config;
}

/** Every option of `train` or `sft` in the order of the schema, for documentation; controllers and losses document their own. */
export function listOptions(command: "train" | "sft"): OptionDescription[] {
  return describeOptions(command === "train" ? commonTrainSchema() : sftSchema("runs/NAME"));
}

/** In words, the keys of a configuration that belong to other controllers or losses than its own: they have no effect. */
export function withoutEffect({ grpo, entropy }: TrainConfig): string[] {
  const common = commonTrainSchema().shape;
  const unused = (name: string, section: object, known: object, own: { readonly options: z.ZodObject }, chosen: string): string[] => {
    const keys = Object.keys(section).filter((key) => !(key in known) && !(key in own.options.shape));
    return keys.length === 0 ? [] : [`without effect with ${chosen}: ${keys.map((key) => `${name}.${key}`).join(", ")}`];
  };
  return [
    ...unused("grpo", grpo, common.grpo.shape, losses[grpo.loss], `loss ${grpo.loss}`),
    ...unused("entropy", entropy, common.entropy.shape, controllers[entropy.controller], `controller ${entropy.controller}`),
  ];
}

/** The controller and the loss that a configuration names; the defaults where it names none. */
function chosenIn(value: unknown): Chosen {
  const wordAt = (section: string, key: string, otherwise: string): string => {
    const inside = isMapping(value) ? value[section] : undefined;
    const word = isMapping(inside) ? inside[key] : undefined;
    return typeof word === "string" ? word : otherwise;
  };
  return { controller: wordAt("entropy", "controller", "pi"), loss: wordAt("grpo", "loss", "ppo-clip") };
}

/** A task that names data and nothing else is the task `data`. */
function withTaskName(value: unknown): unknown {
  if (!isMapping(value) || !isMapping(value.task) || !("data" in value.task)) return value;
  return { ...value, task: { name: dataTask.key, ...value.task } };
}

/**
 * YAML reads a section with nothing under its key as null. It means the defaults, so it is left out. `lora` means something by being there,
 * so that an empty one is refused.
 */
function withoutEmptySections(value: unknown): unknown {
  const isKept = ([key, section]: [string, unknown]): boolean => section !== null || key === "lora";
  return isMapping(value) ? Object.fromEntries(Object.entries(value).filter(isKept)) : value;
}
