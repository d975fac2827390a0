import { basename, resolve } from "node:path";
import { buildModel } from "../../models/index.ts";
import { ggufTokenizer } from "../data/gguf_tokenizer.ts";
import { type EndingModel, endTokensOf } from "../data/stops.ts";
import { loadTokenizer } from "../data/tokenizer.ts";
import type { Device } from "../gpu/device.ts";
import { build, type Destroyable } from "../gpu/parts.ts";
import { readGenerationConfig } from "../io/generation_config.ts";
import type { GgufTensor } from "../io/gguf/encode.ts";
import { GGML_TYPES, type GgufTensorType } from "../io/gguf/tensor_types.ts";
import { ggufTensors } from "../io/gguf/tensors.ts";
import { type GgufMetadata, string, u32 } from "../io/gguf/values.ts";
import { writeGguf } from "../io/gguf/write.ts";
import { openModelFolder } from "../io/model_folder.ts";
import { heldTensors } from "../io/safetensors.ts";
import { finiteTensors } from "../nn/finite_tensors.ts";
import { mergedParameters } from "../nn/merge_adapters.ts";
import { namedForModel } from "../nn/named_for_model.ts";
import { checkShape } from "../rl/given.ts";
import type { TensorSource } from "../stored_tensor.ts";
import { ggufShape } from "./gguf_metadata.ts";
import { findBase } from "./load_adapter.ts";
import { fittingTokenizer, folderOf, loadModel } from "./load_model.ts";

/** How a model becomes a GGUF file. */
export interface GgufOptions {
  /** The type of matrices; vectors are f32 always. Default: f16. */
  readonly type?: GgufTensorType;
  /** The folder of a PEFT adapter to add to the weights. */
  readonly adapter?: string | undefined;
  /** Opens the GPU on which an adapter is added; a model without one needs none. */
  readonly openDevice: () => Promise<Device>;
}

/** What was written. */
export interface GgufFile {
  readonly architecture: string;
  readonly type: GgufTensorType;
  readonly tensors: number;
  readonly bytes: number;
}

/**
 * Writes a model, or an adapter's sum with its base, as one GGUF file, which llama.cpp and what is built on it open.
 * @throws FileError, EngineError, ConfigError for a model that would compute something else there; then nothing is left written
 */
export async function exportGguf(path: string, name: string, options: GgufOptions): Promise<GgufFile> {
  const { type = "f16" } = options;
  checkShape("type", type, Object.hasOwn(GGML_TYPES, type), Object.keys(GGML_TYPES).join(", "));
  const content = await contentOf(name, options);
  try {
    const { config, tokenizer, module } = content;
    const shape = ggufShape(config);
    const metadata: GgufMetadata = {
      "general.architecture": string(shape.architecture),
      "general.type": string("model"),
      "general.name": string(basename(resolve(name))),
      "general.file_type": u32(GGML_TYPES[type].fileType),
      "general.quantization_version": u32(2),
      "general.alignment": u32(32),
      ...shape.metadata,
      ...ggufTokenizer(tokenizer, { vocabSize: module.vocabSize, endIds: endTokensOf(content) }),
    };
    const finite = finiteTensors(content.tensors, name, `${path} is not written`);
    const tensors = [...factorTensors(shape.ropeFactors), ...ggufTensors(finite, shape, type)];
    const bytes = await writeGguf(path, metadata, tensors);
    return { architecture: shape.architecture, type, tensors: tensors.length, bytes };
  } finally {
    content.destroy();
  }
}

function factorTensors(factors: Float32Array<ArrayBuffer> | undefined): GgufTensor[] {
  if (!factors) return [];
  const name = "rope_freqs.weight";
  const [source] = heldTensors(new Map([[name, { dtype: "F32", shape: [factors.length], data: factors }]])).values();
  return [{ name, shape: [factors.length], type: "f32", source: source! }];
}

interface Content extends EndingModel, Destroyable {
  /** Under the model's own names. */
  readonly tensors: TensorSource;
}

/** A model alone is read from its files, and nothing is placed. */
async function contentOf(name: string, { adapter, openDevice }: GgufOptions): Promise<Content> {
  const found = await findBase(name, adapter === undefined ? {} : { adapter });
  if (found.adapter) return mergedContent(await openDevice(), name, adapter);
  const dir = await folderOf(name);
  const { config, tensors } = await openModelFolder(dir);
  const module = buildModel(config);
  const tokenizer = fittingTokenizer(await loadTokenizer(dir), module, dir);
  const generation = await readGenerationConfig(dir, module.vocabSize);
  return { config, tokenizer, module, generation, tensors: await namedForModel(module, tensors, dir), destroy: () => {} };
}

/** The sum of an adapter and its base, on a device that ends with it. */
function mergedContent(device: Device, name: string, adapter: string | undefined): Promise<Content> {
  return build(async (own) => {
    own(device);
    const model = own(await loadModel(device, name, adapter === undefined ? {} : { adapter }));
    const { config, tokenizer, module, generation } = model;
    return { config, tokenizer, module, generation, tensors: await mergedParameters(model.placed) };
  });
}
