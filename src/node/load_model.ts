import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModel } from "../../models/index.ts";
import { loadTokenizer, type Tokenizer, tokenizerFromFiles } from "../data/tokenizer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { createMeasuringDevice } from "../gpu/measuring.ts";
import { readModelConfig, readModelFolder, writeCheckpoint } from "../io/checkpoint.ts";
import type { HostTensor } from "../io/safetensors.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { initializeParameters, loadParameters, type NamedArray, type PlacedModule, placeModule, readParameters } from "../nn/place.ts";
import type { PolicyModel } from "../rl/model.ts";
import { checkDepth } from "./model_depth.ts";

/** Makes a model of a config.json. The default is `buildModel`, which knows the architectures in models/. */
export type ModelBuilder = (config: Readonly<Record<string, unknown>>) => LanguageModel;

/** The folder of a checkpoint that comes with the package, by its name ("countdown-base") or its path in the package. */
function shippedModel(name: string): string | undefined {
  const folder = fileURLToPath(new URL(`../../models/checkpoints/${basename(name)}`, import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/**
 * Loads a Hugging Face folder (config.json, safetensors, tokenizer.json) onto a device, or a checkpoint of this package by its name.
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name
 */
export async function loadModel(device: Device, name: string, build: ModelBuilder = buildModel): Promise<PolicyModel> {
  const dir = folderOf(name);
  const folder = await readModelFolder(dir);
  const tokenizer = await loadTokenizer(dir);
  return modelFrom({ device, config: folder.config, tokenizer, build }, folder.tensors, dir);
}

function folderOf(name: string): string {
  return existsSync(name) ? name : (shippedModel(name) ?? name);
}

/** What `loadModel` would load, without its weights and without memory on the device: to count the bytes first. */
export async function outlineModel(device: Device, name: string, build: ModelBuilder = buildModel): Promise<PolicyModel> {
  const dir = folderOf(name);
  const config = await readModelConfig(dir);
  return outlineOf({ device: createMeasuringDevice(device), config, tokenizer: await loadTokenizer(dir), build });
}

/** What `createModel` would make, without memory on the device. */
export function outlineNew(device: Device, { config, tokenizer, build = buildModel }: Omit<NewModel, "seed">): PolicyModel {
  return outlineOf({ device: createMeasuringDevice(device), config, tokenizer, build });
}

/** A model to make: its config.json, its tokenizer, and the seed of its parameters. */
export interface NewModel {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: Tokenizer;
  readonly seed: number;
  readonly build?: ModelBuilder;
}

/** A model with random parameters, drawn from a seed. */
export async function createModel(device: Device, options: NewModel): Promise<PolicyModel> {
  const { config, tokenizer, seed, build = buildModel } = options;
  checkDepth(device, config, build);
  const module = build(config);
  const placed = placeModule(device, module);
  initializeParameters(placed, seed);
  return finish({ device, config, tokenizer, build }, module, placed);
}

interface Origin {
  readonly device: Device;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: Tokenizer;
  readonly build: ModelBuilder;
}

function modelFrom(origin: Origin, tensors: ReadonlyMap<string, NamedArray>, source: string): PolicyModel {
  const { device, config, tokenizer, build } = origin;
  checkDepth(device, config, build);
  const module = build(config);
  if (tokenizer.vocabSize > module.vocabSize) {
    throw new EngineError(
      `${source}: its tokenizer has ids up to ${tokenizer.vocabSize - 1}; its model has a vocabulary of ${module.vocabSize}`,
    );
  }
  const placed = placeModule(device, module);
  loadParameters(placed, withModelPrefix(tensors), source);
  return finish(origin, module, placed);
}

/** Adds the leading "transformer.", which checkpoints of GPT-2 on the Hugging Face hub leave out. */
function withModelPrefix(tensors: ReadonlyMap<string, NamedArray>): ReadonlyMap<string, NamedArray> {
  if (!tensors.has("wte.weight")) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [`transformer.${name}`, tensor]));
}

/** A model of which only the sizes count, on a device that measures. */
function outlineOf(origin: Origin): PolicyModel {
  checkDepth(origin.device, origin.config, origin.build);
  const module = origin.build(origin.config);
  return { ...finish(origin, module, placeModule(origin.device, module)), clone: async () => outlineOf(origin) };
}

function finish(origin: Origin, module: LanguageModel, placed: PlacedModule): PolicyModel {
  const { config, tokenizer } = origin;
  const copyOfTokenizer = (): Tokenizer => tokenizerFromFiles(tokenizer.files);
  return {
    module,
    placed,
    tokenizer,
    config,
    outline: (device) => outlineOf({ ...origin, device }),
    clone: async () => modelFrom({ ...origin, tokenizer: copyOfTokenizer() }, await readParameters(placed), "the copied model"),
    destroy: () => placed.destroy(),
  };
}

type Arrays = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Writes a checkpoint: a Hugging Face folder, with the optimiser's tensors and the trainer's state where given. */
export async function saveModel(
  dir: string,
  model: PolicyModel,
  extra: { readonly moments?: Arrays; readonly state?: object; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  await writeCheckpoint(dir, {
    config: model.config,
    tensors: toHostTensors(await readParameters(model.placed)),
    tokenizerFiles: model.tokenizer.files,
    ...(extra.moments ? { optimizer: toHostTensors(extra.moments) } : {}),
    ...(extra.state === undefined ? {} : { state: extra.state }),
    ...(extra.files ? { extraFiles: extra.files } : {}),
  });
}

function toHostTensors(arrays: Arrays): Map<string, HostTensor> {
  return new Map([...arrays].map(([name, { shape, data }]) => [name, { dtype: "F32", shape: [...shape], data }]));
}
