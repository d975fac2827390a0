import { type ConfigReader, LARGEST, type LanguageModelConfig, readCommonKeys, readConfig } from "../src/engine.ts";
import { readNamed, requireDivisor, SUMMARY, TANH_GELU } from "./gpt_config.ts";

const ATTENTION_TYPES = ["global", "local"] as const;

type AttentionType = (typeof ATTENTION_TYPES)[number];

/** Keys are Hugging Face's. */
export interface GptNeoConfig extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly num_heads: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  /** By layer: whether a token attends to all tokens before it, or within the window. */
  readonly attention_layers: readonly AttentionType[];
  /** How many of the last tokens of its sequence a token attends to in local layers, itself included. */
  readonly window_size: number;
  readonly layer_norm_epsilon: number;
  readonly initializer_range: number;
  readonly tie_word_embeddings: boolean;
}

/** Reads a config.json. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function gptNeoConfig(json: Readonly<Record<string, unknown>>): GptNeoConfig {
  const read = readConfig(json);
  readCommonKeys(read, ["GPTNeoForCausalLM", "GPTNeoModel"]);
  read.oneOf("activation_function", TANH_GELU, "gelu_new");
  const hidden_size = read.integer("hidden_size", 2048, LARGEST.width);
  const num_heads = readNamed(read, "num_heads", "num_attention_heads", LARGEST.heads, 16);
  requireDivisor(["num_heads", num_heads], ["hidden_size", hidden_size]);
  const num_layers = readNamed(read, "num_layers", "num_hidden_layers", LARGEST.layers, 24);
  const config = {
    model_type: read.text("model_type", "gpt_neo"),
    vocab_size: read.integer("vocab_size", 50_257, LARGEST.vocabulary),
    hidden_size,
    num_layers,
    num_heads,
    intermediate_size: read.integer("intermediate_size", 4 * hidden_size, LARGEST.width),
    max_position_embeddings: read.integer("max_position_embeddings", 2048, LARGEST.positions),
    attention_layers: readAttentionLayers(read, num_layers),
    window_size: read.integer("window_size", 256),
    layer_norm_epsilon: read.eps("layer_norm_epsilon", 1e-5),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
  };
  read.refuseOthers(SUMMARY);
  return config;
}

/** attention_types holds patterns and how often each comes; attention_layers holds what they amount to. Either suffices. */
function readAttentionLayers(read: ConfigReader, layers: number): readonly AttentionType[] {
  const given = read.value("attention_layers");
  if (given !== undefined && !isForEachLayer(given, layers)) {
    read.refuse("attention_layers", `absent, or "global" or "local" for each of the ${layers} layers`);
  }
  const types = read.value("attention_types");
  if (types === undefined && given !== undefined) return given;
  const expanded = expand(types ?? [[ATTENTION_TYPES, 12]], layers);
  if (!isForEachLayer(expanded, layers)) {
    read.refuse("attention_types", `a list such as [[["global","local"],12]] that gives each of the ${layers} layers one of these`);
  }
  if (given?.some((type, layer) => type !== expanded[layer])) read.refuse("attention_layers", "what attention_types says, or absent");
  return expanded;
}

function isForEachLayer(types: unknown, layers: number): types is readonly AttentionType[] {
  return Array.isArray(types) && types.length === layers && types.every((type) => ATTENTION_TYPES.includes(type));
}

/** The patterns one after another, each as often as it says; undefined where they are something else, or too many. */
function expand(types: unknown, layers: number): unknown[] | undefined {
  if (!Array.isArray(types)) return undefined;
  const expanded: unknown[] = [];
  for (const item of types) {
    if (!(Array.isArray(item) && item.length === 2 && Array.isArray(item[0]) && Number.isInteger(item[1]))) return undefined;
    const [pattern, times] = item as [unknown[], number];
    if (times < 1 || pattern.length === 0 || expanded.length + pattern.length * times > layers) return undefined;
    for (let i = 0; i < times; i += 1) expanded.push(...pattern);
  }
  return expanded;
}
