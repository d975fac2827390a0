import { join } from "node:path";
import {
  ADAPTER_CONFIG,
  ADAPTER_MODEL,
  isAdapterFolder,
  type PeftConfig,
  peftConfigJson,
  peftName,
  readPeftConfig,
  readPeftTensors,
} from "../io/peft.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { loadParameters, namedPieces } from "../nn/load_parameters.ts";
import {
  adaptedMatrices,
  adaptersOf,
  addAdapters,
  type BaseStorage,
  initializeAdapters,
  isOfAdapter,
  type LoraOptions,
} from "../nn/lora.ts";
import { ALL_LINEAR } from "../nn/lora_targets.ts";
import type { PlacedModule, PlaceOptions } from "../nn/place.ts";
import { ConfigError } from "../options/problems.ts";
import { brief, quoted } from "../options/quote.ts";
import type { ModelAdapter } from "../rl/model.ts";
import type { TensorSource } from "../stored_tensor.ts";
import { atRevision, splitRevision } from "./hub.ts";

/** What a model is loaded with beside its own files. */
export interface AdapterOptions {
  /** New adapters, trained in place of the weights. Their first values are drawn from `seed` (default 0). */
  readonly lora?: Partial<LoraOptions> & { readonly seed?: number };
  /** The folder of a PEFT adapter for the model. */
  readonly adapter?: string;
  /** How the weights under adapters are stored. Default: auto. */
  readonly baseStorage?: BaseStorage;
}

/** The same, checked, with every option of new adapters filled in. */
export interface CheckedAdapterOptions extends Omit<AdapterOptions, "lora"> {
  readonly lora?: (LoraOptions & { readonly seed: number }) | undefined;
}

/** A base model by its path or name, and the adapters to put on it. */
export interface AdaptedBase {
  readonly base: string;
  readonly adapter: Omit<ModelAdapter, "storage"> | undefined;
  /** The folder with the adapters' values; undefined for new ones. */
  readonly dir: string | undefined;
  readonly seed: number;
}

/** Finds the base model that a name stands for, and its adapters. The folder of an adapter stands for its base with it. @throws FileError, ConfigError */
export async function findBase(name: string, { lora, adapter: dir }: CheckedAdapterOptions): Promise<AdaptedBase> {
  if (await isAdapterFolder(name)) {
    if (lora || dir) throw new ConfigError([`${brief(name)} is an adapter itself; give the base model, with this folder as its adapter`]);
    const config = await readPeftConfig(name);
    const base = baseNameOf(name, config);
    return { base, adapter: { base, options: optionsOf(config) }, dir: name, seed: 0 };
  }
  if (dir !== undefined) return { base: name, adapter: { base: name, options: optionsOf(await readPeftConfig(dir)) }, dir, seed: 0 };
  if (!lora) return { base: name, adapter: undefined, dir: undefined, seed: 0 };
  const { seed, ...options } = lora;
  return { base: name, adapter: { base: name, options }, dir: undefined, seed };
}

function baseNameOf(dir: string, { base, revision = "main" }: PeftConfig): string {
  const name = base && atRevision(base, revision);
  if (name) return name;
  const lack = base ? `names the revision ${quoted(revision)} of its base, which no name here can say` : "names no base model";
  throw new ConfigError([`${brief(join(dir, ADAPTER_CONFIG))} ${lack}; give the base model, with this folder as its adapter`]);
}

function optionsOf({ base: _, revision: __, ...options }: PeftConfig): LoraOptions {
  return options;
}

/** Adds a model's adapters before it is placed, and says how to place it: adapters trained, all else frozen. */
export function withAdapters(module: LanguageModel, adapter: ModelAdapter | undefined): PlaceOptions {
  if (!adapter) return {};
  addAdapters(module, adapter.options);
  return { frozen: (name) => (isOfAdapter(name) ? undefined : adapter.storage) };
}

/** Gives the adapters of a placed model their values: those of a folder, or new ones. */
export async function fillAdapters(placed: PlacedModule, { dir, seed }: Pick<AdaptedBase, "dir" | "seed">): Promise<void> {
  if (dir === undefined) return initializeAdapters(placed, seed);
  const adapters = adaptersOf(placed);
  const wanted = new Set(namedPieces(adapters.placements).map(({ name }) => name));
  loadParameters(adapters, await readPeftTensors(dir, wanted), dir);
}

/** What a checkpoint of a model's adapters holds, in PEFT's format. */
export function adapterContent(module: LanguageModel, { base, options }: ModelAdapter, halves: TensorSource) {
  const { name, revision } = splitRevision(base);
  const { exclude = [], rslora = false, rankPattern = {}, alphaPattern = {}, ...plain } = options;
  const matrices = adaptedMatrices(module);
  const endings = [...new Set(matrices.map(({ name }) => name.split(".").at(-1)!))];
  // Other readers than PEFT know lists alone.
  const targets = plain.targets === ALL_LINEAR ? endings : plain.targets;
  const isTransposed = matrices.some((matrix) => matrix.isTransposed);
  return {
    layout: { config: ADAPTER_CONFIG, tensors: ADAPTER_MODEL },
    config: peftConfigJson({ base: name, revision, ...plain, targets, exclude, rslora, rankPattern, alphaPattern, isTransposed }),
    tensors: new Map([...halves].map(([name, tensor]) => [peftName(name), tensor])),
    tokenizerFiles: {},
  };
}

/** Adapters with the storage of their base: the one asked for, or with auto 16 bits where all matrices of the files have them. */
export function placedAdapter(
  { adapter }: AdaptedBase,
  { baseStorage = "auto" }: Pick<AdapterOptions, "baseStorage">,
  tensors: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>,
): ModelAdapter | undefined {
  if (!adapter) return undefined;
  if (baseStorage !== "auto") return { ...adapter, storage: baseStorage };
  const types = new Set([...tensors.values()].filter(({ shape }) => shape.length > 1).map(({ dtype }) => dtype));
  const [only] = types.size === 1 ? types : [];
  return { ...adapter, storage: only === "BF16" ? "bf16" : only === "F16" ? "f16" : "f32" };
}
