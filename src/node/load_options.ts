import { z } from "zod";
import type { TemplateVariables } from "../data/prompt.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { BASE_STORAGE } from "../nn/lora.ts";
import { parseOptions } from "../options/define.ts";
import { isMapping, requireKnownOptions } from "../options/problems.ts";
import { oneOf, section, text, whole } from "../options/schema.ts";
import { loraSection } from "../rl/config/lora_section.ts";
import type { AdapterOptions } from "./load_adapter.ts";

/** Makes a model of a config.json. The default is `buildModel`, which knows the architectures in models/. */
export type ModelBuilder = (config: Readonly<Record<string, unknown>>) => LanguageModel;

/** What a model is loaded with beside its own files, and what builds it where that is not `buildModel`. */
export interface LoadOptions extends AdapterOptions {
  readonly build?: ModelBuilder;
  /** More variables for the model's chat template. */
  readonly templateVariables?: TemplateVariables | undefined;
}

const { adapter: _, baseStorage: __, ...adapterShape } = loraSection.shape;

/** A value of one layer or several, by a regular expression for the ends of their names. */
function byPattern(value: z.ZodType<number>) {
  const allowed = "a mapping of regular expressions for layers' names to numbers";
  return z.record(z.string(), value, { error: allowed }).optional();
}

/** The options of new adapters: those of a configuration's section `lora`, and some that a program alone gives. */
const lora = section({
  ...adapterShape,
  seed: whole({ min: 0, max: 0xffffffff }).prefault(0),
  rankPattern: byPattern(adapterShape.rank.unwrap()),
  alphaPattern: byPattern(adapterShape.alpha.unwrap()),
});

const schema = section({
  lora: lora.optional(),
  adapter: text("the path of a folder with adapter_config.json").optional(),
  baseStorage: oneOf(BASE_STORAGE).optional(),
  build: z
    .custom<ModelBuilder>((value) => typeof value === "function", { error: "a function that makes a model of a config.json" })
    .optional(),
  templateVariables: z.custom<TemplateVariables>(isMapping, { error: "a mapping of names to values" }).optional(),
});

/** The options of `loadModel`, checked, with those of new adapters filled in. @throws ConfigError, one line a problem */
export function parseLoadOptions(given: ModelBuilder | LoadOptions) {
  const options = typeof given === "function" ? { build: given } : given;
  const hintOf = (key: string): string | undefined => (key in lora.shape ? `did you mean lora.${key}?` : undefined);
  requireKnownOptions("loadModel", options, Object.keys(schema.shape), hintOf);
  return parseOptions(schema, options);
}
