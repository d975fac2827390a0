import {
  type ConfigReader,
  checkHeads,
  LARGEST,
  type LanguageModelConfig,
  type RopeConfig,
  readCommonKeys,
  readConfig,
  readRope,
  readSoftCap,
} from "../src/engine.ts";

type Json = Readonly<Record<string, unknown>>;

const LAYER_TYPES = ["full_attention", "sliding_attention"] as const;

type LayerType = (typeof LAYER_TYPES)[number];

/** Keys are Hugging Face's. */
export interface GemmaConfig extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  /** Products of queries and keys are divided by its root. */
  readonly query_pre_attn_scalar: number;
  readonly max_position_embeddings: number;
  /** How many of the last tokens of its sequence a token attends to in local layers. */
  readonly sliding_window: number;
  readonly rms_norm_eps: number;
  readonly layer_types: readonly LayerType[];
  /** The rotary angles of layers that attend to everything, and of those that attend within the window. */
  readonly rope: RopeConfig;
  readonly local_rope: RopeConfig;
  readonly attention_bias: boolean;
  /** Gemma 3: RMS norm of every query and key head. */
  readonly query_key_norm: boolean;
  /** The cap of scores of attention, and that of logits; undefined is none. */
  readonly attn_logit_softcapping: number | undefined;
  readonly final_logit_softcapping: number | undefined;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
}

/** Whether a layer attends to all tokens before it, and not within the window. */
export const attendsToAll = (type: LayerType): boolean => type === "full_attention";

const isMapping = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

/** What a model_type fixes, and what transformers takes where config.json does not say. */
export interface GemmaFamily {
  readonly model_type: string;
  /** The classes of transformers that compute it. */
  readonly classes: readonly string[];
  readonly queryKeyNorm: boolean;
  readonly vocabulary: number;
  readonly maxPositions: number;
  /** Of so many layers, the last attends to everything, and the others within the window. */
  readonly pattern: number;
  /** The base of rotary angles, and that of layers that attend within the window; undefined where these have the same angles. */
  readonly theta: number;
  readonly localTheta: number | undefined;
  readonly attentionCap: number | undefined;
  readonly logitCap: number | undefined;
}

/** Reads the config.json of a text model. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function readGemmaConfig(json: Json, family: GemmaFamily): GemmaConfig {
  const read = readConfig(json);
  readCommonKeys(read, family.classes);
  // transformers reads the first; the files of Gemma 2 have both.
  for (const key of ["hidden_activation", "hidden_act"]) read.oneOf(key, ["gelu_pytorch_tanh"], "gelu_pytorch_tanh");
  if (read.flag("use_bidirectional_attention", false))
    read.refuse("use_bidirectional_attention", "false: this engine trains causal models");
  const sizes = readSizes(read);
  const positions = read.integer("max_position_embeddings", family.maxPositions, Math.floor(LARGEST.angles / sizes.head_dim));
  const config = {
    model_type: read.text("model_type", family.model_type),
    vocab_size: read.integer("vocab_size", family.vocabulary, LARGEST.vocabulary),
    ...sizes,
    max_position_embeddings: positions,
    sliding_window: readWindow(read),
    rms_norm_eps: read.eps("rms_norm_eps", 1e-6),
    layer_types: readLayerTypes(read, sizes.num_hidden_layers, family.pattern),
    ...readRopes(read, positions, family),
    attention_bias: read.flag("attention_bias", false),
    query_key_norm: family.queryKeyNorm,
    attn_logit_softcapping: readSoftCap(read, "attn_logit_softcapping", family.attentionCap),
    final_logit_softcapping: readSoftCap(read, "final_logit_softcapping", family.logitCap),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
  };
  read.refuseOthers();
  return config;
}

/** Null would be no window, with which transformers cannot compute local layers. Some files of Gemma 2 state the window twice. */
function readWindow(read: ConfigReader): number {
  if (read.has("sliding_window") && read.value("sliding_window") === undefined)
    read.refuse("sliding_window", "a positive whole number, or absent");
  const window = read.integer("sliding_window", 4096);
  if (read.integer("sliding_window_size", window) !== window) read.refuse("sliding_window_size", `sliding_window (${window}), or absent`);
  return window;
}

function readSizes(read: ConfigReader) {
  const num_attention_heads = read.integer("num_attention_heads", undefined, LARGEST.heads);
  const num_key_value_heads = read.integer("num_key_value_heads", 4, LARGEST.heads);
  const head_dim = read.integer("head_dim", 256, LARGEST.headWidth);
  checkHeads(num_attention_heads, num_key_value_heads, head_dim);
  return {
    hidden_size: read.integer("hidden_size", undefined, LARGEST.width),
    num_hidden_layers: read.integer("num_hidden_layers", undefined, LARGEST.layers),
    intermediate_size: read.integer("intermediate_size", undefined, LARGEST.width),
    num_attention_heads,
    num_key_value_heads,
    head_dim,
    query_pre_attn_scalar: read.number("query_pre_attn_scalar", 256, { min: 1e-6, max: 1e6 }),
  };
}

/** Where layer_types is absent, layers that attend to everything come as often as in the family, or as sliding_window_pattern counts. */
function readLayerTypes(read: ConfigReader, layers: number, usual: number): readonly LayerType[] {
  const pattern = read.integer("_sliding_window_pattern", read.integer("sliding_window_pattern", usual));
  const given = read.value("layer_types");
  if (given === undefined)
    return Array.from({ length: layers }, (_, i) => ((i + 1) % pattern === 0 ? "full_attention" : "sliding_attention"));
  if (!(Array.isArray(given) && given.length === layers && given.every((type) => LAYER_TYPES.includes(type)))) {
    read.refuse("layer_types", `absent, or "full_attention" or "sliding_attention" for each of the ${layers} layers`);
  }
  return given as LayerType[];
}

/** transformers 5 has a mapping for each type of layer; transformers 4 has keys of the whole model, and one for local layers. */
function readRopes(read: ConfigReader, positions: number, { theta, localTheta }: GemmaFamily): Pick<GemmaConfig, "rope" | "local_rope"> {
  if (localTheta === undefined) {
    const rope = readRope(read, positions, { theta });
    return { rope, local_rope: rope };
  }
  const local = read.number("rope_local_base_freq", localTheta, { min: 1, max: 1e12 });
  const byType = read.section("rope_parameters");
  if (!byType || LAYER_TYPES.some((type) => !isMapping(byType.value(type)))) {
    return { rope: readRope(read, positions, { theta }), local_rope: { theta: local, scaling: undefined, maxPositions: positions } };
  }
  byType.refuseOthers();
  const ropeOf = (type: LayerType, otherwise: number): RopeConfig =>
    readRope(readConfig({ rope_parameters: byType.value(type) }, `${type}: `), positions, { theta: otherwise });
  return { rope: ropeOf("full_attention", theta), local_rope: ropeOf("sliding_attention", localTheta) };
}
