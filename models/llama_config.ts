import {
  type ConfigReader,
  checkHeads,
  LARGEST,
  type LanguageModelConfig,
  type RopeScaling,
  readCommonKeys,
  readConfig,
  readRope,
  readRotaryFraction,
} from "../src/engine.ts";

/** Llama, and what its relatives change in it. Keys are Hugging Face's. */
export interface LlamaConfig extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  /** How many numbers of a head are rotated, from the first on: all but in Phi-3. */
  readonly rotary_width: number;
  /** With longrope no more than the original context. */
  readonly max_position_embeddings: number;
  /** By layer: how many of the last tokens of its sequence a token attends to; undefined is all. */
  readonly windows: readonly (number | undefined)[];
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly rope_scaling: RopeScaling | undefined;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
  /** Biases on q, k and v. */
  readonly attention_bias: boolean;
  /** A bias on the layer after attention. */
  readonly attention_output_bias: boolean;
  /** Biases on gate, up and down. */
  readonly mlp_bias: boolean;
  /** Qwen3: RMS norm of every query and key head. */
  readonly query_key_norm: boolean;
  /** Phi-3: checkpoints hold q, k and v as one matrix, and so gate and up. */
  readonly fused: boolean;
  readonly multipliers: Multipliers;
}

/** Constant factors of Granite; in others 1. */
export interface Multipliers {
  readonly embedding: number;
  /** What both branches of a layer are multiplied by before they are added. */
  readonly residual: number;
  /** What products of queries and keys are multiplied by; undefined is 1 / sqrt(head_dim). */
  readonly attention: number | undefined;
  /** What logits are divided by. */
  readonly logits: number;
}

const NO_MULTIPLIERS: Multipliers = { embedding: 1, residual: 1, attention: undefined, logits: 1 };

/** Which layers attend within the window that sliding_window states. */
export interface WindowRule {
  /** The window where config.json has no key sliding_window; null is none. */
  readonly otherwise: number | null;
  /** Whether use_sliding_window must be true for a window to count. */
  readonly needsFlag: boolean;
  /** Whether a layer attends within it where config.json has no layer_types. */
  readonly isLocal: (layer: number, read: ConfigReader) => boolean;
}

/** What a model_type fixes. */
export interface LlamaFamily {
  readonly model_type: string;
  /** The beginning of the names of its classes in transformers. */
  readonly className: string;
  /** Which biases attention has. `key` means that attention_bias says whether q, k, v and o have one. */
  readonly attentionBias: "none" | "qkv" | "key";
  readonly mlpBias: "none" | "key";
  readonly queryKeyNorm: boolean;
  readonly fused?: boolean;
  /** Whether config.json may say that a part of each head is rotated alone. */
  readonly isPartial?: boolean;
  /** Whether config.json has the factors of Granite. */
  readonly hasMultipliers?: boolean;
  /** What transformers takes where config.json does not say. */
  readonly maxPositions: number;
  /** How attention may have a window. Left out: config.json may state none that some sequence would be longer than. */
  readonly window?: WindowRule;
  readonly headDim?: number;
  readonly keyValueHeads?: number;
  readonly rmsNormEps?: number;
  readonly ropeTheta?: number;
  /** The original context of longrope. */
  readonly originalPositions?: number;
  readonly tied?: boolean;
}

const NO_WINDOW: WindowRule = { otherwise: null, needsFlag: false, isLocal: () => false };

/** Reads the config.json of a family. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function readLlamaConfig(json: Readonly<Record<string, unknown>>, family: LlamaFamily): LlamaConfig {
  const read = readConfig(json);
  readCommonKeys(read, [`${family.className}ForCausalLM`, `${family.className}Model`]);
  read.oneOf("hidden_act", ["silu", "swish"], "silu");
  const sizes = readSizes(read, family);
  const positions = Math.min(LARGEST.positions, Math.floor(LARGEST.angles / sizes.head_dim));
  const stated = read.integer("max_position_embeddings", Math.min(family.maxPositions, positions), positions);
  const rotary_width = readRotaryWidth(read, family, sizes.head_dim);
  const { ropeTheta: theta, isPartial = false, originalPositions } = family;
  const rope = readRope(read, stated, { theta, isPartial, originalPositions, width: rotary_width });
  const max_position_embeddings = rope.maxPositions;
  const config = {
    model_type: read.text("model_type", family.model_type),
    vocab_size: read.integer("vocab_size", undefined, LARGEST.vocabulary),
    ...sizes,
    rotary_width,
    max_position_embeddings,
    windows: readWindows(read, family.window ?? NO_WINDOW, { layers: sizes.num_hidden_layers, positions: max_position_embeddings }),
    rms_norm_eps: read.eps("rms_norm_eps", family.rmsNormEps ?? 1e-6),
    rope_theta: rope.theta,
    rope_scaling: rope.scaling,
    tie_word_embeddings: read.flag("tie_word_embeddings", family.tied ?? false),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
    ...readBiases(read, family),
    query_key_norm: family.queryKeyNorm,
    fused: family.fused ?? false,
    multipliers: family.hasMultipliers ? readMultipliers(read) : NO_MULTIPLIERS,
  };
  read.refuseOthers();
  return config;
}

type FamilySizes = Pick<LlamaFamily, "headDim" | "keyValueHeads">;

type Sizes = Pick<
  LlamaConfig,
  "hidden_size" | "num_hidden_layers" | "intermediate_size" | "num_attention_heads" | "num_key_value_heads" | "head_dim"
>;

/** The sizes of a model whose heads share out its width where head_dim is absent. */
export function readSizes(read: ConfigReader, family: FamilySizes): Sizes {
  const hidden_size = read.integer("hidden_size", undefined, LARGEST.width);
  const num_attention_heads = read.integer("num_attention_heads", undefined, LARGEST.heads);
  const num_key_value_heads = readKeyValueHeads(read, family, num_attention_heads);
  const shared = hidden_size / num_attention_heads;
  const otherwise = family.headDim ?? shared;
  if (read.value("head_dim") === undefined && !Number.isInteger(otherwise)) {
    read.refuse("num_attention_heads", `a divisor of hidden_size (${hidden_size}) where head_dim is absent`);
  }
  const head_dim = read.integer("head_dim", otherwise, LARGEST.headWidth);
  checkHeads(num_attention_heads, num_key_value_heads, head_dim);
  return {
    hidden_size,
    num_hidden_layers: read.integer("num_hidden_layers", undefined, LARGEST.layers),
    intermediate_size: read.integer("intermediate_size", undefined, LARGEST.width),
    num_attention_heads,
    num_key_value_heads,
    head_dim,
  };
}

function readRotaryWidth(read: ConfigReader, { isPartial }: LlamaFamily, headDim: number): number {
  if (!isPartial) return headDim;
  const fraction = readRotaryFraction(read, 1);
  const width = Math.floor(headDim * fraction);
  if (width % 2 === 0 && width > 0) return width;
  return read.refuse("partial_rotary_factor", `a part of head_dim (${headDim}) that is an even number, because angles turn pairs`);
}

/** Absent, they are what the family has; null, they are the query heads. */
function readKeyValueHeads(read: ConfigReader, { keyValueHeads }: FamilySizes, heads: number): number {
  const otherwise = read.has("num_key_value_heads") ? heads : (keyValueHeads ?? heads);
  return read.integer("num_key_value_heads", otherwise, LARGEST.heads);
}

type Biases = Pick<LlamaConfig, "attention_bias" | "attention_output_bias" | "mlp_bias">;

function readBiases(read: ConfigReader, family: LlamaFamily): Biases {
  const mlp_bias = family.mlpBias === "key" && read.flag("mlp_bias", false);
  if (family.attentionBias === "none") return { attention_bias: false, attention_output_bias: false, mlp_bias };
  const said = read.flag("attention_bias", family.attentionBias === "qkv");
  if (family.attentionBias === "key") return { attention_bias: said, attention_output_bias: said, mlp_bias };
  if (!said) read.refuse("attention_bias", `true or absent, because ${family.model_type} always has biases on q, k and v`);
  return { attention_bias: true, attention_output_bias: false, mlp_bias };
}

function readMultipliers(read: ConfigReader): Multipliers {
  const factor = (key: string): number => read.number(key, 1, { min: 1e-6, max: 1e6 });
  return {
    embedding: factor("embedding_multiplier"),
    residual: factor("residual_multiplier"),
    attention: factor("attention_multiplier"),
    logits: factor("logits_scaling"),
  };
}

/** The windows of layers, as transformers has them: a token attends to so many of the last tokens of its sequence, itself included. */
function readWindows(
  read: ConfigReader,
  rule: WindowRule,
  { layers, positions }: { readonly layers: number; readonly positions: number },
): (number | undefined)[] {
  const used = read.flag("use_sliding_window", !rule.needsFlag);
  read.value("max_window_layers");
  const absent = !read.has("sliding_window");
  const given = absent ? rule.otherwise : read.value("sliding_window") === undefined ? null : read.integer("sliding_window");
  const isUsed = given !== null && (used || !rule.needsFlag);
  // No sequence is longer than `positions`, so that a window of as many holds all of it.
  const window = isUsed && given < positions ? given : undefined;
  if (window !== undefined && rule === NO_WINDOW) {
    read.refuse("sliding_window", `null, or at least max_position_embeddings (${positions}), because this model's attention has no window`);
  }
  const types = readLayerTypes(read, layers, isUsed);
  if (window === undefined) return Array.from({ length: layers }, () => undefined);
  const isLocal = (layer: number): boolean => (types ? types[layer] === "sliding_attention" : rule.isLocal(layer, read));
  return Array.from({ length: layers }, (_, layer) => (isLocal(layer) ? window : undefined));
}

/** layer_types, where the key is there. Layers can attend within a window only where there is one. */
function readLayerTypes(read: ConfigReader, layers: number, hasWindow: boolean): readonly string[] | undefined {
  const types = read.value("layer_types");
  if (types === undefined) return undefined;
  const allowed = ["full_attention", ...(hasWindow ? ["sliding_attention"] : [])];
  if (!(Array.isArray(types) && types.length === layers && types.every((type) => allowed.includes(type)))) {
    const words = allowed.map((type) => JSON.stringify(type)).join(" or ");
    read.refuse("layer_types", `absent, or ${words} for each of the ${layers} layers`);
  }
  return types as string[];
}
