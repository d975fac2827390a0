import { LARGEST, type LanguageModelConfig, type RopeConfig, readCommonKeys, readConfig, readRope, readSoftCap } from "../src/engine.ts";
import { readSizes } from "./llama_config.ts";

/** Keys are Hugging Face's. */
export interface NanoChatConfig extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope: RopeConfig;
  /** Biases on q, k, v and o. */
  readonly attention_bias: boolean;
  /** The cap of logits; undefined is none. */
  readonly final_logit_softcapping: number | undefined;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
}

/** What YaRN multiplies queries and keys by is gone once they are normed, which here comes before the rotation. */
function withoutGrowth(scaling: RopeConfig["scaling"]): RopeConfig["scaling"] {
  return scaling?.kind === "yarn" ? { ...scaling, attentionFactor: 1 } : scaling;
}

/** Reads the config.json of a nanochat. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function nanoChatConfig(json: Readonly<Record<string, unknown>>): NanoChatConfig {
  const read = readConfig(json);
  readCommonKeys(read, ["NanoChatForCausalLM", "NanoChatModel"]);
  read.oneOf("hidden_act", ["relu2"], "relu2");
  const sizes = readSizes(read, {});
  const positions = read.integer("max_position_embeddings", 2048, Math.floor(LARGEST.angles / sizes.head_dim));
  const rope = readRope(read, positions);
  const config = {
    model_type: read.text("model_type", "nanochat"),
    vocab_size: read.integer("vocab_size", 50_304, LARGEST.vocabulary),
    ...sizes,
    max_position_embeddings: positions,
    rms_norm_eps: read.eps("rms_norm_eps", 1e-6),
    rope: { ...rope, scaling: withoutGrowth(rope.scaling) },
    attention_bias: read.flag("attention_bias", false),
    final_logit_softcapping: readSoftCap(read, "final_logit_softcapping", 15),
    tie_word_embeddings: read.flag("tie_word_embeddings", false),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
  };
  read.refuseOthers();
  return config;
}
