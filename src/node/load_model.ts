import { buildModel } from "../../models/index.ts";
import { loadTokenizer, type Tokenizer, tokenizerFromFiles } from "../data/tokenizer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { readModelFolder, writeCheckpoint } from "../io/checkpoint.ts";
import type { HostTensor } from "../io/safetensors.ts";
import { initializeParameters, loadParameters, type NamedArray, placeModule, readParameters } from "../nn/place.ts";
import type { PolicyModel } from "../rl/model.ts";

/**
 * Loads a Hugging Face folder (config.json, safetensors, tokenizer.json) onto a device.
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name
 */
export async function loadModel(device: Device, dir: string): Promise<PolicyModel> {
  const folder = await readModelFolder(dir);
  const tokenizer = await loadTokenizer(dir);
  return modelFrom(device, folder.config, folder.tensors, tokenizer, dir);
}

/** A model with random parameters, drawn from a seed. */
export async function createModel(
  device: Device,
  options: { readonly config: Readonly<Record<string, unknown>>; readonly tokenizer: Tokenizer; readonly seed: number },
): Promise<PolicyModel> {
  const module = buildModel(options.config);
  const placed = placeModule(device, module);
  initializeParameters(placed, options.seed);
  return finish(device, options.config, options.tokenizer, module, placed);
}

function modelFrom(
  device: Device,
  config: Readonly<Record<string, unknown>>,
  tensors: ReadonlyMap<string, NamedArray>,
  tokenizer: Tokenizer,
  source: string,
): PolicyModel {
  const module = buildModel(config);
  if (tokenizer.vocabSize > module.vocabSize) {
    throw new EngineError(
      `${source}: its tokenizer has ids up to ${tokenizer.vocabSize - 1}, its model a vocabulary of ${module.vocabSize}`,
    );
  }
  const placed = placeModule(device, module);
  loadParameters(placed, withModelPrefix(tensors), source);
  return finish(device, config, tokenizer, module, placed);
}

/** Checkpoints of GPT-2 on the hub leave the leading "transformer." out. */
function withModelPrefix(tensors: ReadonlyMap<string, NamedArray>): ReadonlyMap<string, NamedArray> {
  if (!tensors.has("wte.weight")) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [`transformer.${name}`, tensor]));
}

function finish(
  device: Device,
  config: Readonly<Record<string, unknown>>,
  tokenizer: Tokenizer,
  module: PolicyModel["module"],
  placed: PolicyModel["placed"],
): PolicyModel {
  return {
    module,
    placed,
    tokenizer,
    config,
    clone: async () => modelFrom(device, config, await readParameters(placed), tokenizerFromFiles(tokenizer.files), "the copied model"),
    destroy: () => placed.destroy(),
  };
}

type Arrays = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Writes a checkpoint: a Hugging Face folder, with the optimiser's tensors and the trainer's state where given. */
export async function saveModel(
  dir: string,
  model: PolicyModel,
  extra: { readonly moments?: Arrays; readonly state?: unknown; readonly files?: Readonly<Record<string, string>> } = {},
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
