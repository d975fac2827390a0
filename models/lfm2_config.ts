import {
  type ConfigReader,
  LARGEST,
  type LanguageModelConfig,
  type RopeConfig,
  readCommonKeys,
  readConfig,
  readRope,
} from "../src/engine.ts";
import { readSizes } from "./llama_config.ts";

const LAYER_TYPES = ["conv", "full_attention"] as const;
type LayerType = (typeof LAYER_TYPES)[number];

/** Keys are Hugging Face's. */
export interface Lfm2Config extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  /** The width of MLPs as it is built, which config.json may only be a beginning of. */
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly norm_eps: number;
  readonly rope: RopeConfig;
  readonly layer_types: readonly LayerType[];
  /** How many tokens a convolution takes, a token itself included. */
  readonly conv_L_cache: number;
  /** Biases on convolutions and their projections. */
  readonly conv_bias: boolean;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
}

/** Keys of Liquid AI's first files, which transformers takes before those of its own. */
const OLDER = { block_ff_dim: "intermediate_size", theta: "rope_theta", tie_embedding: "tie_word_embeddings" } as const;

/** How weights begin in training elsewhere. */
const HARMLESS = ["block_mlp_init_scale", "block_out_init_scale", "block_use_xavier_init", "conv_use_xavier_init"];

/** The most tokens of a convolution: it is to be short, and its kernels hold a weight for each. */
const MOST_TAPS = 64;

/** Reads the config.json of an LFM2. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function lfm2Config(json: Readonly<Record<string, unknown>>): Lfm2Config {
  const read = readConfig(withoutOlderKeys(json));
  readCommonKeys(read, ["Lfm2ForCausalLM", "Lfm2Model"]);
  const { intermediate_size: stated, ...sizes } = readSizes(read, { keyValueHeads: 8 });
  const max_position_embeddings = readPositions(read, sizes.head_dim);
  const config = {
    model_type: read.text("model_type", "lfm2"),
    vocab_size: read.integer("vocab_size", 65_536, LARGEST.vocabulary),
    ...sizes,
    intermediate_size: readIntermediateSize(read, stated),
    max_position_embeddings,
    norm_eps: read.eps("norm_eps", 1e-5),
    rope: readRope(read, max_position_embeddings, { theta: 1e6 }),
    layer_types: readLayerTypes(read, sizes.num_hidden_layers),
    conv_L_cache: read.integer("conv_L_cache", 3, MOST_TAPS),
    conv_bias: read.flag("conv_bias", false),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
  };
  requireSaidTwice(read, config);
  read.refuseOthers(HARMLESS);
  return config;
}

function withoutOlderKeys(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const renamed = Object.entries(OLDER).flatMap(([older, name]) => (Object.hasOwn(json, older) ? [[name, json[older]]] : []));
  const others = Object.entries(json).filter(([key]) => !Object.hasOwn(OLDER, key));
  return Object.fromEntries([...others, ...renamed]);
}

function readPositions(read: ConfigReader, headDim: number): number {
  const most = Math.min(LARGEST.positions, Math.floor(LARGEST.angles / headDim));
  return read.integer("max_position_embeddings", Math.min(128_000, most), most);
}

/** Two thirds of what is stated, times a factor, rounded up to a multiple; or what is stated, without block_auto_adjust_ff_dim. */
function readIntermediateSize(read: ConfigReader, stated: number): number {
  const isAdjusted = read.flag("block_auto_adjust_ff_dim", true);
  const multiple = read.integer("block_multiple_of", 256, LARGEST.width);
  const factor = read.number("block_ffn_dim_multiplier", 1, { min: 1e-3, max: 1e3 });
  if (!isAdjusted) return stated;
  const adjusted = multiple * Math.ceil(Math.trunc(factor * Math.trunc((2 * stated) / 3)) / multiple);
  if (adjusted > 0 && adjusted <= LARGEST.width) return adjusted;
  return read.refuse("intermediate_size", `such that the width made of it, here ${adjusted}, is from 1 to ${LARGEST.width}`);
}

/** layer_types, or else full_attn_idxs, which names the layers that attend. Without both all do. */
function readLayerTypes(read: ConfigReader, layers: number): LayerType[] {
  const [types, attending] = [read.value("layer_types"), read.value("full_attn_idxs")];
  if (types !== undefined) {
    const isOne = (type: unknown): type is LayerType => LAYER_TYPES.some((one) => one === type);
    if (Array.isArray(types) && types.length === layers && types.every(isOne)) return types;
    const words = LAYER_TYPES.map((type) => JSON.stringify(type)).join(" or ");
    return read.refuse("layer_types", `absent, or ${words} for each of the ${layers} layers`);
  }
  if (attending === undefined) return Array.from({ length: layers }, () => "full_attention");
  const isLayer = (index: unknown): boolean => Number.isInteger(index) && (index as number) >= 0 && (index as number) < layers;
  if (!(Array.isArray(attending) && attending.every(isLayer))) {
    read.refuse("full_attn_idxs", `absent, or a list of layers from 0 to ${layers - 1}`);
  }
  const chosen = new Set(attending as number[]);
  return Array.from({ length: layers }, (_, layer) => (chosen.has(layer) ? "full_attention" : "conv"));
}

/** Keys of the first files that transformers does not read: they must say what other keys do. */
function requireSaidTwice(read: ConfigReader, config: Omit<Lfm2Config, "vocab_size">): void {
  const same = [
    ["block_dim", "hidden_size"],
    ["conv_dim", "hidden_size"],
    ["conv_dim_out", "hidden_size"],
    ["num_heads", "num_attention_heads"],
    ["block_norm_eps", "norm_eps"],
  ] as const;
  for (const [key, name] of same) {
    const value = read.value(key);
    if (value !== undefined && value !== config[name]) read.refuse(key, `${name} (${config[name]}), or absent`);
  }
  for (const key of ["block_use_swiglu", "use_pos_enc"]) if (!read.flag(key, true)) read.refuse(key, "true or absent");
}
