import {
  type ConfigReader,
  checkHeads,
  LARGEST,
  type LanguageModelConfig,
  type RopeConfig,
  readCommonKeys,
  readConfig,
  readRope,
} from "../src/engine.ts";

type Json = Readonly<Record<string, unknown>>;

const LAYER_TYPES = ["full_attention", "sliding_attention"] as const;

type LayerType = (typeof LAYER_TYPES)[number];

/** The base of rotary angles where config.json has none. */
const THETA = { full_attention: 1_000_000, sliding_attention: 10_000 } as const satisfies Record<LayerType, number>;

/** Keys are Hugging Face's. */
export interface Gemma3Config extends LanguageModelConfig {
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
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
}

/** Whether a layer attends to all tokens before it, and not within the window. */
export const attendsToAll = (type: LayerType): boolean => type === "full_attention";

const isMapping = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the config.json of a text model. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function gemma3Config(json: Json): Gemma3Config {
  const read = readConfig(json);
  readCommonKeys(read, ["Gemma3ForCausalLM", "Gemma3TextModel"]);
  read.oneOf("hidden_activation", ["gelu_pytorch_tanh"], "gelu_pytorch_tanh");
  for (const key of ["final_logit_softcapping", "attn_logit_softcapping"]) {
    if (read.value(key) !== undefined) read.refuse(key, "null or absent, because logits are not capped here");
  }
  if (read.flag("use_bidirectional_attention", false))
    read.refuse("use_bidirectional_attention", "false: this engine trains causal models");
  const sizes = readSizes(read);
  const positions = read.integer("max_position_embeddings", 131_072, Math.floor(LARGEST.angles / sizes.head_dim));
  const layer_types = readLayerTypes(read, sizes.num_hidden_layers);
  const config = {
    model_type: read.text("model_type", "gemma3_text"),
    vocab_size: read.integer("vocab_size", 262_208, LARGEST.vocabulary),
    ...sizes,
    max_position_embeddings: positions,
    sliding_window: read.integer("sliding_window", 4096),
    rms_norm_eps: read.eps("rms_norm_eps", 1e-6),
    layer_types,
    ...readRopes(read, positions),
    attention_bias: read.flag("attention_bias", false),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
  };
  read.refuseOthers();
  return config;
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

/** Where layer_types is absent, every sixth layer attends to everything, or every one that sliding_window_pattern counts. */
function readLayerTypes(read: ConfigReader, layers: number): readonly LayerType[] {
  const pattern = read.integer("_sliding_window_pattern", read.integer("sliding_window_pattern", 6));
  const given = read.value("layer_types");
  if (given === undefined)
    return Array.from({ length: layers }, (_, i) => ((i + 1) % pattern === 0 ? "full_attention" : "sliding_attention"));
  if (!(Array.isArray(given) && given.length === layers && given.every((type) => LAYER_TYPES.includes(type)))) {
    read.refuse("layer_types", `absent, or "full_attention" or "sliding_attention" for each of the ${layers} layers`);
  }
  return given as LayerType[];
}

/** transformers 5 has a mapping for each type of layer; transformers 4 has keys of the whole model, and one for local layers. */
function readRopes(read: ConfigReader, positions: number): Pick<Gemma3Config, "rope" | "local_rope"> {
  const localTheta = read.number("rope_local_base_freq", THETA.sliding_attention, { min: 1, max: 1e12 });
  const byType = read.section("rope_parameters");
  if (!byType || LAYER_TYPES.some((type) => !isMapping(byType.value(type)))) {
    return {
      rope: readRope(read, positions, { theta: THETA.full_attention }),
      local_rope: { theta: localTheta, scaling: undefined, maxPositions: positions },
    };
  }
  byType.refuseOthers();
  const ropeOf = (type: LayerType): RopeConfig =>
    readRope(readConfig({ rope_parameters: byType.value(type) }, `${type}: `), positions, { theta: THETA[type] });
  return { rope: ropeOf("full_attention"), local_rope: ropeOf("sliding_attention") };
}
