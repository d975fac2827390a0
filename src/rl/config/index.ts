import { parse } from "yaml";
import type { z } from "zod";
import { AEC_DEFAULTS } from "../../control/index.ts";
import { ConfigError, describeIssues, isMapping, refusal } from "../../options/problems.ts";
import { comparesWithinGroups } from "../advantages/index.ts";
import { entropyProblems, targetsAbove } from "./entropy_rules.ts";
import { lossProblems } from "./loss_rules.ts";
import {
  DEFAULT_MAX_NEW_TOKENS,
  entropyPresets,
  grpoPresets,
  lossDefaults,
  type SftConfig,
  sftSchema,
  type TrainConfig,
  trainSchema,
} from "./sections.ts";

export { ConfigError, nearestWord, refusal, unknownKey } from "../../options/problems.ts";
export { entropyPresets, type SftConfig, type TrainConfig } from "./sections.ts";

/**
 * Checks the configuration of `train` (plain data, as read from YAML) and fills in defaults.
 * `name` is the run's name where output.dir is left out (`runs/NAME`). Throws ConfigError, one line per problem.
 */
export function parseTrainConfig(value: unknown, name = "train"): TrainConfig {
  const filled = withLossDefaults(withGrpoPreset(withEntropyPreset(value)));
  const config: TrainConfig = parseWith(trainSchema(`runs/${name}`), filled);
  throwIfAny(contradictions(config));
  return config;
}

/** Checks the configuration of `sft` and fills in defaults; otherwise as parseTrainConfig. */
export function parseSftConfig(value: unknown, name = "sft"): SftConfig {
  return parseWith(sftSchema(`runs/${name}`), value);
}

/**
 * A copy of the configuration with overrides such as `grpo.steps=10` or `task={ name: addition }`, values read as YAML.
 * Unknown keys pass here; parsing refuses them. Throws ConfigError for an override that is not KEY=VALUE or goes through a value.
 */
export function applyOverrides(value: unknown, overrides: readonly string[]): unknown {
  if (overrides.length === 0) return value;
  if (value !== null && value !== undefined && !isMapping(value)) throw new ConfigError([refusal("", value, "a mapping")]);
  const result: Record<string, unknown> = structuredClone(value ?? {});
  const problems: string[] = [];
  for (const override of overrides) {
    const problem = applyOverride(result, override);
    if (problem) problems.push(problem);
  }
  throwIfAny(problems);
  return result;
}

/** What a model allows: checks the entropy target against ln V and lengths against the context. Throws ConfigError. */
export function checkAgainstModel(config: TrainConfig, model: { vocabSize: number; contextLength: number }): void {
  const problems = targetsAbove(config.entropy, model.vocabSize);
  if (config.grpo.maxNewTokens >= model.contextLength) {
    const why = `below ${model.contextLength}, this model's context, which also holds the prompt`;
    problems.push(refusal("grpo.maxNewTokens", config.grpo.maxNewTokens, why));
  }
  throwIfAny(problems);
}

/** One documented option: key path, default as JSON ("" when it must be given), and its sentence. */
export interface OptionDescription {
  readonly path: string;
  readonly default: string;
  readonly description: string;
}

/** Every option of `train` or `sft` in the order of the schema, for documentation. */
export function listOptions(command: "train" | "sft"): OptionDescription[] {
  return listSection(command === "train" ? trainSchema("runs/NAME") : sftSchema("runs/NAME"), "");
}

function contradictions({ grpo, entropy }: TrainConfig): string[] {
  const problems: string[] = [];
  if (grpo.completions === 1 && comparesWithinGroups(grpo.advantage)) {
    problems.push(
      refusal("grpo.completions", 1, `at least 2 with advantage ${grpo.advantage}, which compares the completions of a prompt`),
    );
  }
  if (grpo.completions > 1 && grpo.advantage === "pass@k" && grpo.advantageK >= grpo.completions) {
    const why = `below grpo.completions (${grpo.completions}), so that there are subsets of k to compare`;
    problems.push(refusal("grpo.advantageK", grpo.advantageK, why));
  }
  if (grpo.dynamicSampling > 0 && !comparesWithinGroups(grpo.advantage)) {
    const why = `0 with advantage ${grpo.advantage}, which learns from groups of equal rewards too`;
    problems.push(refusal("grpo.dynamicSampling", grpo.dynamicSampling, why));
  }
  if (grpo.overlongBuffer > grpo.maxNewTokens) {
    problems.push(refusal("grpo.overlongBuffer", grpo.overlongBuffer, `at most grpo.maxNewTokens (${grpo.maxNewTokens})`));
  }
  if (grpo.maxNewTokens >= grpo.microBatchRows) {
    const why = `above maxNewTokens (${grpo.maxNewTokens}), so that a whole sequence fits in one pass`;
    problems.push(refusal("grpo.microBatchRows", grpo.microBatchRows, why));
  }
  return [...problems, ...lossProblems(grpo), ...entropyProblems(entropy)];
}

/** A section with nothing under its key reads as null in YAML; it means the defaults. */
function withoutEmptySections(value: unknown): unknown {
  return isMapping(value) ? Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null)) : value;
}

function withEntropyPreset(value: unknown): unknown {
  if (!isMapping(value) || !isMapping(value.entropy)) return value;
  const { preset, controller } = value.entropy;
  const known = typeof preset === "string" && Object.hasOwn(entropyPresets, preset);
  const filled = {
    ...(controller === "aec" && { target: AEC_DEFAULTS.target }),
    ...(known && entropyPresets[preset as keyof typeof entropyPresets]),
  };
  return { ...value, entropy: { ...filled, ...value.entropy } };
}

function withGrpoPreset(value: unknown): unknown {
  if (!isMapping(value) || !isMapping(value.grpo)) return value;
  const { preset, maxNewTokens = DEFAULT_MAX_NEW_TOKENS } = value.grpo;
  if (typeof preset !== "string" || !Object.hasOwn(grpoPresets, preset) || typeof maxNewTokens !== "number") return value;
  return { ...value, grpo: { ...grpoPresets[preset as keyof typeof grpoPresets](maxNewTokens), ...value.grpo } };
}

function withLossDefaults(value: unknown): unknown {
  if (!isMapping(value) || !isMapping(value.grpo)) return value;
  const { loss } = value.grpo;
  const known = typeof loss === "string" && Object.hasOwn(lossDefaults, loss);
  return known ? { ...value, grpo: { ...lossDefaults[loss], ...value.grpo } } : value;
}

function parseWith<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const value = withoutEmptySections(given);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigError(describeIssues(result.error, value, (path) => keysAt(schema, path)));
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Sets one key in place; returns the line of what is wrong with the override, if anything is. */
function applyOverride(target: Record<string, unknown>, override: string): string | undefined {
  const equals = override.indexOf("=");
  const keys = override.slice(0, Math.max(equals, 0)).trim().split(".");
  if (keys.some((key) => key === "" || key === "__proto__"))
    return `the override ${JSON.stringify(override)} must have the form key=value, such as grpo.steps=10`;
  let section = target;
  for (const [index, key] of keys.slice(0, -1).entries()) {
    if (!Object.hasOwn(section, key) || section[key] === null) section[key] = {};
    const next = section[key];
    if (!isMapping(next))
      return `the override ${override} goes through ${keys.slice(0, index + 1).join(".")}, which is a value and no section`;
    section = next;
  }
  try {
    section[keys.at(-1)!] = parse(override.slice(equals + 1));
    return undefined;
  } catch {
    return `the override ${override} has a value that is not YAML; quote it or mend its brackets`;
  }
}

/** The object schema inside defaults, or undefined for a leaf. */
function shapeOf(schema: z.core.$ZodType): Record<string, z.core.$ZodType> | undefined {
  const definition = schema._zod.def as { innerType?: z.core.$ZodType; shape?: Record<string, z.core.$ZodType> };
  return definition.shape ?? (definition.innerType && shapeOf(definition.innerType));
}

function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let current: z.core.$ZodType | undefined = schema;
  for (const key of path) current = current && (elementOf(current) ?? shapeOf(current)?.[String(key)]);
  return Object.keys((current && shapeOf(current)) ?? {});
}

/** The schema of a list's elements, or undefined for anything else. */
function elementOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { innerType, element } = schema._zod.def as { innerType?: z.core.$ZodType; element?: z.core.$ZodType };
  return element ?? (innerType && elementOf(innerType));
}

function listSection(schema: z.core.$ZodType, prefix: string): OptionDescription[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, inner]) => {
    const nested = shapeOf(inner);
    if (nested) return listSection(inner, `${prefix}${key}.`);
    const definition = inner._zod.def as { defaultValue?: unknown };
    const value = definition.defaultValue;
    const description = (inner as z.ZodType).description ?? "";
    return [{ path: `${prefix}${key}`, default: value === undefined ? "" : JSON.stringify(value), description }];
  });
}
