import { existsSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModel } from "../../models/index.ts";
import { loadTokenizer, type Tokenizer, tokenizerFromFiles } from "../data/tokenizer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { explained } from "../gpu/explain.ts";
import { createMeasuringDevice } from "../gpu/measuring.ts";
import { readModelConfig, readModelFolder, writeCheckpoint } from "../io/checkpoint.ts";
import type { Digests } from "../io/digest.ts";
import { FileError } from "../io/files.ts";
import { GENERATION_CONFIG, type GenerationConfig, readGenerationConfig } from "../io/generation_config.ts";
import { listCheckpoints } from "../io/run_folder.ts";
import type { HostTensor } from "../io/safetensors.ts";
import { requireFinite } from "../nn/finite.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { loadParameters, type NamedArray, readParameters } from "../nn/load_parameters.ts";
import { adaptersOf, addAdapters, baseOf } from "../nn/lora.ts";
import { mergeAdapters } from "../nn/merge_adapters.ts";
import { initializeParameters, type PlacedModule, placeModule } from "../nn/place.ts";
import { brief } from "../options/quote.ts";
import type { ModelAdapter, PolicyModel } from "../rl/model.ts";
import { type AdapterOptions, adapterContent, fillAdapters, findBase, storageFor, withAdapters } from "./load_adapter.ts";

/** Makes a model of a config.json. The default is `buildModel`, which knows the architectures in models/. */
export type ModelBuilder = (config: Readonly<Record<string, unknown>>) => LanguageModel;

/** The folder of a checkpoint that comes with the package, by its name ("countdown-base") or by its path in the package. */
function shippedModel(given: string): string | undefined {
  const path = normalize(given).replaceAll("\\", "/").replace(/\/$/, "");
  const name = basename(path);
  if (path !== name && path !== `models/checkpoints/${name}`) return undefined;
  const folder = fileURLToPath(new URL(`../../models/checkpoints/${name}`, import.meta.url));
  return existsSync(join(folder, "config.json")) ? folder : undefined;
}

/**
 * Loads a Hugging Face folder (config.json, safetensors, tokenizer.json) onto a device, or a checkpoint of this package by its name.
 * The folder of a PEFT adapter is loaded with the base model that it names.
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name
 */
export async function loadModel(device: Device, name: string, given: ModelBuilder | LoadOptions = {}): Promise<PolicyModel> {
  const { build = buildModel, ...options } = optionsOf(given);
  const found = await findBase(name, options);
  const dir = await folderOf(found.base);
  const folder = await readModelFolder(dir);
  const tokenizer = await loadTokenizer(dir);
  const module = build(folder.config);
  const generation = await readGenerationConfig(dir, module.vocabSize);
  const adapter = found.adapter && { ...found.adapter, storage: storageFor(options.baseStorage, matrixTypes(folder.tensors)) };
  const origin: Origin = { device, config: folder.config, tokenizer, generation, build, adapter };
  return modelFrom(origin, module, folder.tensors, dir, (placed) => fillAdapters(placed, found));
}

/** What a model is loaded with beside its own files, and what builds it where that is not `buildModel`. */
export interface LoadOptions extends AdapterOptions {
  readonly build?: ModelBuilder;
}

function optionsOf(given: ModelBuilder | LoadOptions): LoadOptions {
  return typeof given === "function" ? { build: given } : given;
}

function matrixTypes(tensors: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>): string[] {
  return [...tensors.values()].filter(({ shape }) => shape.length > 1).map(({ dtype }) => dtype);
}

/** Names the checkpoint that is meant where the folder of a run is given. */
async function refuseRunFolder(dir: string): Promise<void> {
  const newest = existsSync(`${dir}/config.json`) ? undefined : (await listCheckpoints(dir))[0];
  if (newest) throw new FileError(`${brief(dir)} is the folder of a run; give a checkpoint of it, such as the newest: ${newest.path}`);
}

async function folderOf(name: string): Promise<string> {
  const dir = existsSync(name) ? name : (shippedModel(name) ?? name);
  await refuseRunFolder(dir);
  return dir;
}

/** What `loadModel` would load, without its weights and without memory on the device: to count the bytes first. */
export async function outlineModel(device: Device, name: string, given: ModelBuilder | LoadOptions = {}): Promise<PolicyModel> {
  const { build = buildModel, ...options } = optionsOf(given);
  const found = await findBase(name, options);
  const dir = await folderOf(found.base);
  const config = await readModelConfig(dir);
  const types = found.adapter ? matrixTypes((await readModelFolder(dir)).tensors) : [];
  const adapter = found.adapter && { ...found.adapter, storage: storageFor(options.baseStorage, types) };
  const origin = { config, tokenizer: await loadTokenizer(dir), generation: {}, build, adapter };
  return outlineOf({ ...origin, device: createMeasuringDevice(device) });
}

/** The module of a model folder, or of an adapter's folder with its adapters, without memory. @throws FileError, EngineError */
export async function buildModule(name: string, build: ModelBuilder = buildModel): Promise<LanguageModel> {
  const { base, adapter } = await findBase(name, {});
  const module = build(await readModelConfig(await folderOf(base)));
  if (adapter) addAdapters(module, adapter.options);
  return module;
}

/** What `createModel` would make, without memory on the device. */
export function outlineNew(device: Device, { config, tokenizer, build = buildModel }: Omit<NewModel, "seed">): PolicyModel {
  return outlineOf({ device: createMeasuringDevice(device), config, tokenizer, generation: {}, build, adapter: undefined });
}

/** A model to make: its config.json, its tokenizer, and the seed of its parameters. */
export interface NewModel {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: Tokenizer;
  readonly seed: number;
  readonly build?: ModelBuilder;
  /** Becomes generation_config.json; `eos_token_id` names the tokens that end a completion. */
  readonly generation?: GenerationConfig;
}

/** A model with random parameters, drawn from a seed. */
export async function createModel(device: Device, options: NewModel): Promise<PolicyModel> {
  const { config, tokenizer, seed, build = buildModel, generation = {} } = options;
  const module = build(config);
  const placed = placeModule(device, module);
  initializeParameters(placed, seed);
  return finish({ device, config, tokenizer, generation, build, adapter: undefined }, module, placed);
}

interface Origin {
  readonly device: Device;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationConfig;
  readonly build: ModelBuilder;
  readonly adapter: ModelAdapter | undefined;
}

/** `fill` gives the adapters of the placed model their values. */
async function modelFrom(
  origin: Origin,
  module: LanguageModel,
  tensors: ReadonlyMap<string, NamedArray>,
  source: string,
  fill: (placed: PlacedModule) => Promise<void> | void,
): Promise<PolicyModel> {
  const { device, tokenizer } = origin;
  if (tokenizer.vocabSize > module.vocabSize) {
    throw new EngineError(
      `${brief(source)}: its tokenizer has ids up to ${tokenizer.vocabSize - 1}; its model has a vocabulary of ${module.vocabSize}`,
    );
  }
  const named = withModelPrefix(tensors, module);
  const placed = placeModule(device, module, withAdapters(module, origin.adapter));
  try {
    loadParameters(baseOf(placed), named, source);
    if (origin.adapter) await fill(placed);
  } catch (error) {
    placed.destroy();
    throw error;
  }
  return finish(origin, module, placed);
}

/** Adds the leading "transformer.", which checkpoints of GPT-2 on the Hugging Face hub leave out. Other models keep their own names. */
function withModelPrefix(tensors: ReadonlyMap<string, NamedArray>, module: LanguageModel): ReadonlyMap<string, NamedArray> {
  const names = new Set([...module.namedParameters()].map(([name]) => name));
  const leftOut = tensors.has("wte.weight") && !names.has("wte.weight") && names.has("transformer.wte.weight");
  return leftOut ? new Map([...tensors].map(([name, tensor]) => [`transformer.${name}`, tensor])) : tensors;
}

/** A model of which only the sizes count, on a device that measures. */
function outlineOf(origin: Origin): PolicyModel {
  const module = origin.build(origin.config);
  return {
    ...finish(origin, module, placeModule(origin.device, module, withAdapters(module, origin.adapter))),
    clone: async () => outlineOf(origin),
  };
}

function finish(origin: Origin, module: LanguageModel, placed: PlacedModule): PolicyModel {
  const { config, tokenizer, generation, build, adapter } = origin;
  const copyOfTokenizer = (): Tokenizer => tokenizerFromFiles(tokenizer.files);
  return {
    module,
    placed,
    tokenizer,
    config,
    outline: (device) => outlineOf({ ...origin, device }),
    generation,
    adapter,
    clone: async () => {
      const tensors = await explained(placed.device, "clone()", () => readParameters(placed));
      const source = "the copied model";
      const fill = (copy: PlacedModule): void => loadParameters(adaptersOf(copy), tensors, source);
      return modelFrom({ ...origin, tokenizer: copyOfTokenizer() }, build(config), tensors, source, fill);
    },
    destroy: () => placed.destroy(),
  };
}

type Arrays = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/**
 * Writes a checkpoint: a Hugging Face folder, or the PEFT adapter of a model that has one, with the optimiser's tensors and the trainer's
 * state where given.
 * @throws NotFiniteError before anything is written where a parameter is not finite
 */
export async function saveModel(
  dir: string,
  model: PolicyModel,
  extra: {
    readonly moments?: Arrays;
    readonly state?: object;
    readonly logs?: Digests;
    readonly files?: Readonly<Record<string, string>>;
    /** Whether adapters are added to the weights that they adapt, so that the folder is a model like any other. Default: false. */
    readonly merged?: boolean;
  } = {},
): Promise<void> {
  const { placed, adapter } = model;
  const saved = adapter && !extra.merged ? adaptersOf(placed) : placed;
  const read = () => (adapter && extra.merged ? mergeAdapters(placed) : readParameters(saved));
  const parameters = await explained(placed.device, "reading the parameters", read);
  requireFinite(parameters, "the model", `${dir} is not written; go on from the last checkpoint`);
  const content =
    adapter && !extra.merged
      ? adapterContent(model.module, adapter, toHostTensors(parameters))
      : { config: model.config, tensors: toHostTensors(parameters), tokenizerFiles: model.tokenizer.files };
  await writeCheckpoint(dir, {
    ...content,
    ...(extra.moments ? { optimizer: toHostTensors(extra.moments) } : {}),
    state: extra.state,
    logs: extra.logs,
    extraFiles: { ...(adapter && !extra.merged ? {} : generationFile(model.generation)), ...extra.files },
  });
}

function generationFile(generation: GenerationConfig): Record<string, string> {
  return Object.keys(generation).length > 0 ? { [GENERATION_CONFIG]: `${JSON.stringify(generation, undefined, 2)}\n` } : {};
}

function toHostTensors(arrays: Arrays): Map<string, HostTensor> {
  return new Map([...arrays].map(([name, { shape, data }]) => [name, { dtype: "F32", shape: [...shape], data }]));
}
