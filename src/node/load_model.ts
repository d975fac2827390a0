import { existsSync } from "node:fs";
import { buildModel } from "../../models/index.ts";
import { withTemplateVariables } from "../data/prompt.ts";
import { loadTokenizer, type Tokenizer } from "../data/tokenizer.ts";
import { withinVocabulary } from "../data/within_vocabulary.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { explained } from "../gpu/explain.ts";
import { createMeasuringDevice } from "../gpu/measuring.ts";
import { type Checkpoint, writeCheckpoint } from "../io/checkpoint.ts";
import { SAVED_DTYPES, type SavedDtype } from "../io/convert_floats.ts";
import type { Digests } from "../io/digest.ts";
import { FileError } from "../io/files.ts";
import { GENERATION_CONFIG, type GenerationConfig, readGenerationConfig } from "../io/generation_config.ts";
import { configWithDtype } from "../io/model_dtype.ts";
import { openModelFolder, readModelConfig } from "../io/model_folder.ts";
import { listCheckpoints } from "../io/run_folder.ts";
import { type HostTensor, heldTensors } from "../io/safetensors.ts";
import { finiteTensors } from "../nn/finite_tensors.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { adaptersOf, addAdapters, baseOf } from "../nn/lora.ts";
import { mergedParameters } from "../nn/merge_adapters.ts";
import { namedForModel } from "../nn/named_for_model.ts";
import { initializeParameters, type PlacedModule, placeModule } from "../nn/place.ts";
import { storedParameters } from "../nn/stored_parameters.ts";
import { requireStoredTensors, streamParameters } from "../nn/stream_parameters.ts";
import { requireStampedWeights, watchedTensors, weightsWatch } from "../nn/weights_watch.ts";
import { requireKnownOptions } from "../options/problems.ts";
import { brief } from "../options/quote.ts";
import { checkDevice, checkModel, checkShape } from "../rl/given.ts";
import type { ModelAdapter, PolicyModel } from "../rl/model.ts";
import type { TensorSource } from "../stored_tensor.ts";
import { resolveModel } from "./hub.ts";
import { adapterContent, fillAdapters, findBase, placedAdapter, withAdapters } from "./load_adapter.ts";
import { type LoadOptions, type ModelBuilder, parseLoadOptions } from "./load_options.ts";
import { checkEndTokens, checkNewModel, type NewModel } from "./new_model.ts";
import { refuseMistyped, shippedModel } from "./shipped_models.ts";

export type { LoadOptions, ModelBuilder } from "./load_options.ts";

/**
 * Loads a Hugging Face folder (config.json, safetensors, tokenizer.json) onto a device, a checkpoint of this package by its name, or a model
 * of the Hugging Face hub by its name (`org/name`, `org/name@revision`), which is downloaded where the cache lacks it. The folder of a PEFT
 * adapter is loaded with the base model that it names.
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name; ConfigError for a wrong option
 */
export async function loadModel(device: Device, name: string, given: ModelBuilder | LoadOptions = {}): Promise<PolicyModel> {
  checkDevice(device);
  checkShape("name", name, typeof name === "string", "the path or the name of a model");
  const { build = buildModel, ...options } = parseLoadOptions(given);
  const found = await findBase(name, options);
  const dir = await folderOf(found.base, build);
  const folder = await openModelFolder(dir);
  const tokenizer = withTemplateVariables(await loadTokenizer(dir), options.templateVariables);
  const module = build(folder.config);
  const generation = await readGenerationConfig(dir, module.vocabSize);
  const adapter = placedAdapter(found, options, folder.tensors);
  const origin: Origin = { device, config: folder.config, tokenizer, generation, build, adapter };
  return modelFrom(origin, module, { tensors: folder.tensors, source: dir, fill: (placed) => fillAdapters(placed, found) });
}

/** Names the checkpoint that is meant where the folder of a run is given. @throws FileError */
export async function refuseRunFolder(dir: string): Promise<void> {
  const newest = existsSync(`${dir}/config.json`) ? undefined : (await listCheckpoints(dir))[0];
  if (newest) throw new FileError(`${brief(dir)} is the folder of a run; give a checkpoint of it, such as the newest: ${newest.path}`);
}

/** The folder of a model by its path or name, downloaded where that is needed. @throws FileError */
export async function folderOf(name: string, build: ModelBuilder = buildModel): Promise<string> {
  const dir = existsSync(name) ? name : (shippedModel(name) ?? (await resolveModel(name, build)));
  refuseMistyped(dir);
  await refuseRunFolder(dir);
  return dir;
}

/** What `loadModel` would load, without its weights and without memory on the device: to count the bytes first. */
export async function outlineModel(device: Device, name: string, given: ModelBuilder | LoadOptions = {}): Promise<PolicyModel> {
  const { build = buildModel, ...options } = parseLoadOptions(given);
  const found = await findBase(name, options);
  const dir = await folderOf(found.base, build);
  const config = await readModelConfig(dir);
  const module = build(config);
  const adapter = found.adapter && placedAdapter(found, options, (await openModelFolder(dir)).tensors);
  const own = withTemplateVariables(await loadTokenizer(dir), options.templateVariables);
  const tokenizer = fittingTokenizer(own, module, dir);
  const origin = { config, tokenizer, generation: await readGenerationConfig(dir, module.vocabSize), build, adapter };
  return outlineOf({ ...origin, device: createMeasuringDevice(device) });
}

/** The module of a model folder, or of an adapter's folder with its adapters, without memory. @throws FileError, EngineError */
export async function buildModule(name: string, build: ModelBuilder = buildModel): Promise<LanguageModel> {
  const { base, adapter } = await findBase(name, {});
  const module = build(await readModelConfig(await folderOf(base, build)));
  if (adapter) addAdapters(module, adapter.options);
  return module;
}

/** What `createModel` would make, without memory on the device. */
export function outlineNew(device: Device, wanted: Omit<NewModel, "seed">): PolicyModel {
  const { config, build = buildModel, generation = {} } = wanted;
  const tokenizer = fittingTokenizer(wanted.tokenizer, build(config), "the model's configuration");
  return outlineOf({ device: createMeasuringDevice(device), config, tokenizer, generation, build, adapter: undefined });
}

/**
 * A model with random parameters, drawn from a seed.
 * @throws ConfigError for a wrong option, EngineError where the tokenizer has ids that the model lacks
 */
export async function createModel(device: Device, options: NewModel): Promise<PolicyModel> {
  checkDevice(device);
  checkNewModel(options);
  const { config, seed, build = buildModel, generation = {} } = options;
  const module = build(config);
  const tokenizer = fittingTokenizer(options.tokenizer, module, "createModel");
  checkEndTokens(generation, module.vocabSize);
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

/** Where the numbers of a model come from. */
interface Content {
  readonly tensors: TensorSource;
  readonly source: string;
  /** Gives the adapters of the placed model their values. */
  readonly fill: (placed: PlacedModule) => Promise<void>;
}

async function modelFrom(given: Origin, module: LanguageModel, { tensors, source, fill }: Content): Promise<PolicyModel> {
  const origin: Origin = { ...given, tokenizer: fittingTokenizer(given.tokenizer, module, source) };
  const { device } = origin;
  const named = await namedForModel(module, tensors, source);
  requireStoredTensors(module, named, source);
  const placed = placeModule(device, module, withAdapters(module, origin.adapter));
  try {
    await streamParameters(baseOf(placed), named, source);
    if (origin.adapter) await fill(placed);
  } catch (error) {
    placed.destroy();
    throw error;
  }
  return finish(origin, module, placed);
}

/** The tokenizer as the model can use it. @throws EngineError where it has ids that the model lacks, but for special tokens */
export function fittingTokenizer(tokenizer: Tokenizer, module: LanguageModel, source: string): Tokenizer {
  const fitting = withinVocabulary(tokenizer, module.vocabSize);
  if (fitting) return fitting;
  throw new EngineError(
    `${brief(source)}: its tokenizer has ids up to ${tokenizer.vocabSize - 1}; its model has a vocabulary of ${module.vocabSize}`,
  );
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
  return {
    module,
    placed,
    tokenizer,
    config,
    outline: (device) => outlineOf({ ...origin, device }),
    generation,
    adapter,
    clone: () =>
      explained(placed.device, "clone()", () => {
        const source = "the copied model";
        const adapters = storedParameters(adaptersOf(placed));
        const fill = (copy: PlacedModule): Promise<void> => streamParameters(adaptersOf(copy), adapters, source);
        return modelFrom(origin, build(config), { tensors: storedParameters(baseOf(placed)), source, fill });
      }),
    destroy: () => placed.destroy(),
  };
}

/** What a checkpoint holds beside the model, and how the model is written. */
export interface SaveOptions {
  /** The moments of the optimiser, as `trainer.save()` or `trainer.store()` gives them. */
  readonly moments?: HostArrays | TensorSource;
  readonly state?: object;
  readonly logs?: Digests;
  readonly files?: Readonly<Record<string, string>>;
  /** The type of the numbers in the file. Default: f32. */
  readonly dtype?: SavedDtype;
  /** The most bytes of one file of weights; a larger model is written in shards. Default: 5 GB. */
  readonly shardBytes?: number;
  /** Whether adapters are added to the weights under them, so that the folder is a model like any other. Default: false. */
  readonly merged?: boolean;
}

const SAVE_OPTIONS = {
  moments: true,
  state: true,
  logs: true,
  files: true,
  dtype: true,
  shardBytes: true,
  merged: true,
} as const satisfies Record<keyof SaveOptions, true>;

/**
 * Writes a checkpoint: a Hugging Face folder, or the PEFT adapter of a model that has one, with the optimiser's tensors and the trainer's
 * state where given. Tensors are read back from the GPU and written a piece at a time.
 * @throws NotFiniteError where a parameter is not finite, FileError where one is too large for `dtype`, or `dir` cannot be made or holds
 * what no checkpoint wrote, ConfigError for an unknown option, EngineError where a step or a load has changed the weights since the state was
 * saved, or changes them meanwhile; then nothing is left written
 */
export async function saveModel(dir: string, model: PolicyModel, options: SaveOptions = {}): Promise<void> {
  requireKnownOptions("saveModel", options, Object.keys(SAVE_OPTIONS));
  const { moments, state, logs, files, dtype = "f32", shardBytes } = options;
  checkModel("model", model);
  checkShape("dtype", dtype, SAVED_DTYPES.includes(dtype), SAVED_DTYPES.join(", "));
  if (moments) requireStampedWeights(moments, model.module);
  const requireSameWeights = weightsWatch(model.module, "saveModel()");
  const finite = (tensors: TensorSource): TensorSource =>
    finiteTensors(watchedTensors(tensors, requireSameWeights), "the model", `${dir} is not written; go on from the last checkpoint`);
  await explained(model.placed.device, "reading the parameters", async () => {
    const { tensors, extraFiles, ...content } = await contentOf(model, options);
    return writeCheckpoint(dir, {
      ...content,
      tensors: finite(tensors),
      write: { dtype, shardBytes },
      optimizer: moments && watchedTensors(momentsAsSource(moments), requireSameWeights),
      state,
      logs,
      extraFiles: { ...extraFiles, ...files },
    });
  });
}

/** The files of a model, or of its adapters alone. */
async function contentOf(model: PolicyModel, { dtype = "f32", merged = false }: SaveOptions): Promise<Checkpoint> {
  const { placed, module, adapter, config, tokenizer, generation } = model;
  if (adapter && !merged) return adapterContent(module, adapter, storedParameters(adaptersOf(placed)));
  return {
    config: configWithDtype(config, dtype),
    tensors: adapter ? await mergedParameters(placed) : storedParameters(placed),
    tokenizerFiles: tokenizer.files,
    extraFiles: generationFile(generation),
  };
}

function generationFile(generation: GenerationConfig): Record<string, string> {
  return Object.keys(generation).length > 0 ? { [GENERATION_CONFIG]: `${JSON.stringify(generation, undefined, 2)}\n` } : {};
}

type HostArrays = ReadonlyMap<string, Pick<HostTensor, "shape" | "data">>;

function momentsAsSource(moments: HostArrays | TensorSource): TensorSource {
  const held = [...moments].filter((entry): entry is [string, Pick<HostTensor, "shape" | "data">] => "data" in entry[1]);
  return held.length > 0 ? heldTensors(new Map(held)) : (moments as TensorSource);
}
