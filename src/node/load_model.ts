import { existsSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModel } from "../../models/index.ts";
import { loadTokenizer, type Tokenizer, tokenizerFromFiles } from "../data/tokenizer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { explained } from "../gpu/explain.ts";
import { createMeasuringDevice } from "../gpu/measuring.ts";
import { makeWith } from "../gpu/parts.ts";
import { readModelConfig, readModelFolder, writeCheckpoint } from "../io/checkpoint.ts";
import type { Digests } from "../io/digest.ts";
import { FileError } from "../io/files.ts";
import { GENERATION_CONFIG, type GenerationConfig, readGenerationConfig } from "../io/generation_config.ts";
import { listCheckpoints } from "../io/run_folder.ts";
import type { HostTensor } from "../io/safetensors.ts";
import { requireFinite } from "../nn/finite.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { loadParameters, type NamedArray, readParameters } from "../nn/load_parameters.ts";
import { initializeParameters, type PlacedModule, placeModule } from "../nn/place.ts";
import { brief } from "../options/quote.ts";
import type { PolicyModel } from "../rl/model.ts";

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
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name
 */
export async function loadModel(device: Device, name: string, build: ModelBuilder = buildModel): Promise<PolicyModel> {
  const dir = await folderOf(name);
  const folder = await readModelFolder(dir);
  const tokenizer = await loadTokenizer(dir);
  const module = build(folder.config);
  const generation = await readGenerationConfig(dir, module.vocabSize);
  return modelFrom({ device, config: folder.config, tokenizer, generation, build }, module, folder.tensors, dir);
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
export async function outlineModel(device: Device, name: string, build: ModelBuilder = buildModel): Promise<PolicyModel> {
  const dir = await folderOf(name);
  const config = await readModelConfig(dir);
  return outlineOf({ device: createMeasuringDevice(device), config, tokenizer: await loadTokenizer(dir), generation: {}, build });
}

/** What `createModel` would make, without memory on the device. */
export function outlineNew(device: Device, { config, tokenizer, build = buildModel }: Omit<NewModel, "seed">): PolicyModel {
  return outlineOf({ device: createMeasuringDevice(device), config, tokenizer, generation: {}, build });
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
  return finish({ device, config, tokenizer, generation, build }, module, placed);
}

interface Origin {
  readonly device: Device;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: Tokenizer;
  readonly generation: GenerationConfig;
  readonly build: ModelBuilder;
}

function modelFrom(origin: Origin, module: LanguageModel, tensors: ReadonlyMap<string, NamedArray>, source: string): PolicyModel {
  const { device, tokenizer } = origin;
  if (tokenizer.vocabSize > module.vocabSize) {
    throw new EngineError(
      `${brief(source)}: its tokenizer has ids up to ${tokenizer.vocabSize - 1}; its model has a vocabulary of ${module.vocabSize}`,
    );
  }
  const placed = placeModule(device, module);
  makeWith(placed, () => loadParameters(placed, withModelPrefix(tensors, module), source));
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
  return { ...finish(origin, module, placeModule(origin.device, module)), clone: async () => outlineOf(origin) };
}

function finish(origin: Origin, module: LanguageModel, placed: PlacedModule): PolicyModel {
  const { config, tokenizer, generation, build } = origin;
  const copyOfTokenizer = (): Tokenizer => tokenizerFromFiles(tokenizer.files);
  return {
    module,
    placed,
    tokenizer,
    config,
    outline: (device) => outlineOf({ ...origin, device }),
    generation,
    clone: async () => {
      const tensors = await explained(placed.device, "clone()", () => readParameters(placed));
      return modelFrom({ ...origin, tokenizer: copyOfTokenizer() }, build(config), tensors, "the copied model");
    },
    destroy: () => placed.destroy(),
  };
}

type Arrays = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/**
 * Writes a checkpoint: a Hugging Face folder, with the optimiser's tensors and the trainer's state where given.
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
  } = {},
): Promise<void> {
  const parameters = await explained(model.placed.device, "reading the parameters", () => readParameters(model.placed));
  requireFinite(parameters, "the model", `${dir} is not written; go on from the last checkpoint`);
  await writeCheckpoint(dir, {
    config: model.config,
    tensors: toHostTensors(parameters),
    tokenizerFiles: model.tokenizer.files,
    ...(extra.moments ? { optimizer: toHostTensors(extra.moments) } : {}),
    state: extra.state,
    logs: extra.logs,
    extraFiles: { ...generationFile(model.generation), ...extra.files },
  });
}

function generationFile(generation: GenerationConfig): Record<string, string> {
  return Object.keys(generation).length > 0 ? { [GENERATION_CONFIG]: `${JSON.stringify(generation, undefined, 2)}\n` } : {};
}

function toHostTensors(arrays: Arrays): Map<string, HostTensor> {
  return new Map([...arrays].map(([name, { shape, data }]) => [name, { dtype: "F32", shape: [...shape], data }]));
}
