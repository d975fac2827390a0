import { attendsToAll, type GemmaConfig } from "../../models/gemma_config.ts";
import { gemma2Config } from "../../models/gemma2.ts";
import { gemma3Config } from "../../models/gemma3.ts";
import { type GptNeoXConfig, gptNeoXConfig } from "../../models/gpt_neox_config.ts";
import { type Gpt2Config, gpt2Config } from "../../models/gpt2.ts";
import { graniteConfig } from "../../models/granite.ts";
import { granite4Config } from "../../models/granite4.ts";
import { lfm2Config } from "../../models/lfm2_config.ts";
import { llamaConfig } from "../../models/llama.ts";
import type { LlamaConfig } from "../../models/llama_config.ts";
import { mistralConfig } from "../../models/mistral.ts";
import { olmo2Config } from "../../models/olmo2.ts";
import { qwen2Config } from "../../models/qwen2.ts";
import { qwen3Config } from "../../models/qwen3.ts";
import { smolLm3Config } from "../../models/smollm3.ts";
import { EngineError } from "../gpu/errors.ts";
import { bool, f32, type GgufValue, u32 } from "../io/gguf/values.ts";
import type { RopeScaling } from "../ops/rope_table.ts";
import { listed, quoted } from "../options/quote.ts";
import { type GgufShape, keyed, refusal, scalingKeys } from "./gguf_keys.ts";
import { lfm2Shape } from "./gguf_lfm2.ts";

type Json = Readonly<Record<string, unknown>>;

type Family = "granite" | "granitemoehybrid" | "llama" | "mistral" | "olmo2" | "qwen2" | "qwen3" | "smollm3";

const readers: Readonly<Record<Family, (json: Json) => LlamaConfig>> = {
  granite: graniteConfig,
  granitemoehybrid: granite4ConfigOfGguf,
  llama: llamaConfig,
  mistral: mistralConfig,
  olmo2: olmo2Config,
  qwen2: qwen2Config,
  qwen3: qwen3Config,
  smollm3: smolLm3ConfigOfGguf,
};

/** Those whose shape is not read as Llama's. */
const others: Readonly<Record<string, (json: Json) => GgufShape>> = {
  gemma2: (json) => gemma2Shape(gemma2Config(json)),
  gemma3_text: (json) => gemma3Shape(gemma3Config(json)),
  gpt2: (json) => gpt2Shape(gpt2Config(json)),
  gpt_neox: (json) => gptNeoXShape(gptNeoXConfig(json)),
  lfm2: (json) => lfm2Shape(lfm2Config(json)),
};

/** The keys of a config.json in llama.cpp's words. @throws EngineError for what llama.cpp would not compute */
export function ggufShape(json: Json): GgufShape {
  const family = json.model_type as string;
  if (Object.hasOwn(others, family)) return others[family]!(json);
  if (Object.hasOwn(readers, family)) return llamaShape(readers[family as Family](json), family as Family);
  const known = [...Object.keys(others), ...Object.keys(readers)].sort();
  throw new EngineError(`config.json: model_type ${quoted(family)} has no GGUF file here; those that do are ${listed(known)}`);
}

function gpt2Shape(config: Gpt2Config): GgufShape {
  const { n_head: heads } = config;
  const metadata = keyed("gpt2", {
    block_count: u32(config.n_layer),
    context_length: u32(config.n_positions),
    embedding_length: u32(config.n_embd),
    feed_forward_length: u32(config.n_inner),
    "attention.head_count": u32(heads),
    "attention.head_count_kv": u32(heads),
    "attention.layer_norm_epsilon": f32(config.layer_norm_epsilon),
    vocab_size: u32(config.vocab_size),
  });
  return { architecture: "gpt2", heads, keyValueHeads: heads, metadata, ropeFactors: undefined };
}

/** llama.cpp computes the exact GELU in its tanh form, as it does for everybody's Pythia. */
function gptNeoXShape(config: GptNeoXConfig): GgufShape {
  const { num_attention_heads: heads, rope } = config;
  if (!config.attention_bias) throw refusal("attention_bias", false, "llama.cpp's gptneox has biases");
  if (config.tie_word_embeddings) throw refusal("tie_word_embeddings", true, "llama.cpp's gptneox has a head of its own");
  if (rope.scaling?.kind === "llama3") throw refusal("rope_type", "llama3", "llama.cpp's gptneox does not read its factors");
  const metadata = keyed("gptneox", {
    block_count: u32(config.num_hidden_layers),
    context_length: u32(config.max_position_embeddings),
    embedding_length: u32(config.hidden_size),
    feed_forward_length: u32(config.intermediate_size),
    "attention.head_count": u32(heads),
    "attention.head_count_kv": u32(heads),
    "rope.dimension_count": u32(config.rotary_width),
    "rope.freq_base": f32(rope.theta),
    ...scalingKeys(rope.scaling),
    use_parallel_residual: bool(config.use_parallel_residual),
    "attention.layer_norm_epsilon": f32(config.layer_norm_eps),
    vocab_size: u32(config.vocab_size),
  });
  return { architecture: "gptneox", heads, keyValueHeads: heads, metadata, ropeFactors: undefined };
}

function llamaShape(config: LlamaConfig, family: Family): GgufShape {
  const architecture = family === "mistral" ? "llama" : family === "granitemoehybrid" ? "granite" : family;
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim, rope_scaling } = config;
  const isLikeLlama = ["llama", "granite"].includes(architecture);
  const hasBiases = isLikeLlama || family === "qwen2";
  for (const key of ["attention_bias", "mlp_bias"] as const)
    if (config[key] && !hasBiases) throw refusal(key, true, `llama.cpp's ${architecture} has no biases`);
  if (rope_scaling?.kind === "llama3" && !isLikeLlama) {
    throw refusal("rope_type", "llama3", `llama.cpp's ${architecture} does not read its factors`);
  }
  if (rope_scaling?.kind === "longrope") throw refusal("rope_type", "longrope", "its factors are not exported");
  const ownHead = head_dim * heads !== config.hidden_size;
  const metadata = keyed(architecture, {
    block_count: u32(config.num_hidden_layers),
    // llama.cpp computes these architectures without a window, which is the same up to the length of one.
    context_length: u32(Math.min(config.max_position_embeddings, ...config.windows.map((window) => window ?? Number.POSITIVE_INFINITY))),
    embedding_length: u32(config.hidden_size),
    feed_forward_length: u32(config.intermediate_size),
    "attention.head_count": u32(heads),
    "attention.head_count_kv": u32(keyValueHeads),
    ...(ownHead || family === "qwen3" ? { "attention.key_length": u32(head_dim), "attention.value_length": u32(head_dim) } : {}),
    "rope.dimension_count": u32(head_dim),
    "rope.freq_base": f32(config.rope_theta),
    ...scalingKeys(rope_scaling),
    "attention.layer_norm_rms_epsilon": f32(config.rms_norm_eps),
    ...(architecture === "granite" ? multiplierKeys(config.multipliers) : {}),
    vocab_size: u32(config.vocab_size),
  });
  const ropeFactors = rope_scaling?.kind === "llama3" ? llama3Factors(config, rope_scaling) : undefined;
  return { architecture, heads, keyValueHeads, metadata, ropeFactors };
}

function multiplierKeys({ embedding, residual, attention, logits }: LlamaConfig["multipliers"]): Readonly<Record<string, GgufValue>> {
  return {
    embedding_scale: f32(embedding),
    residual_scale: f32(residual),
    "attention.scale": f32(attention!),
    logit_scale: f32(logits),
  };
}

/** Without Mamba layers and experts it is llama.cpp's granite, which has positions. */
function granite4ConfigOfGguf(json: Json): LlamaConfig {
  const { rotated, ...config } = granite4Config(json);
  if (!rotated)
    throw refusal("position_embedding_type", json.position_embedding_type ?? null, "llama.cpp's granite rotates queries and keys");
  return config;
}

/** llama.cpp leaves out the positions of every fourth layer, and no key says otherwise. */
function smolLm3ConfigOfGguf(json: Json): LlamaConfig {
  const { rotated, ...config } = smolLm3Config(json);
  if (rotated.some((is, layer) => is !== ((layer + 1) % 4 !== 0))) {
    throw refusal("no_rope_layers", rotated.map(Number), "llama.cpp's smollm3 leaves out the positions of every fourth layer");
  }
  return config;
}

/** llama.cpp takes every other layer for one that attends to everything, and knows the 27B, whose scores are divided otherwise, by its layers. */
function gemma2Shape(config: GemmaConfig): GgufShape {
  const { attn_logit_softcapping: attentionCap, final_logit_softcapping: logitCap } = config;
  const is27B = config.num_hidden_layers === 46;
  const divisor = is27B
    ? { key: "hidden_size over num_attention_heads", value: config.hidden_size / config.num_attention_heads }
    : headDivisor(config);
  requireGemma(config, "gemma2", { pattern: 2, layers: "every other layer", divisor });
  if (config.rope.scaling) throw refusal("rope_type", config.rope.scaling.kind, "llama.cpp's gemma2 stretches no rotary angles");
  if (attentionCap === undefined) throw refusal("attn_logit_softcapping", null, "llama.cpp's gemma2 caps the scores of attention");
  if (logitCap === undefined) throw refusal("final_logit_softcapping", null, "llama.cpp's gemma2 caps logits");
  return gemmaShape(config, "gemma2", {
    attn_logit_softcapping: f32(attentionCap),
    final_logit_softcapping: f32(logitCap),
  });
}

/** llama.cpp takes every sixth layer for one that attends to everything, and rotates the others by angles of the base 10,000. */
function gemma3Shape(config: GemmaConfig): GgufShape {
  const { rope, local_rope } = config;
  requireGemma(config, "gemma3", { pattern: 6, layers: "every sixth layer", divisor: headDivisor(config) });
  for (const key of ["attn_logit_softcapping", "final_logit_softcapping"] as const)
    if (config[key] !== undefined) throw refusal(key, config[key], "llama.cpp's gemma3 caps nothing");
  if (local_rope.theta !== 10_000 || local_rope.scaling) {
    throw refusal("rope_local_base_freq", local_rope.theta, "llama.cpp's gemma3 rotates local layers by the base 10000");
  }
  if (rope.scaling && rope.scaling.kind !== "linear") {
    throw refusal("rope_type", rope.scaling.kind, "llama.cpp's gemma3 stretches rotary angles by a factor alone");
  }
  return gemmaShape(config, "gemma3", {});
}

interface GemmaOfLlamaCpp {
  readonly pattern: number;
  /** The pattern in words. */
  readonly layers: string;
  /** Products of queries and keys are divided by its root. */
  readonly divisor: { readonly key: string; readonly value: number };
}

const headDivisor = ({ head_dim }: GemmaConfig): GemmaOfLlamaCpp["divisor"] => ({ key: "head_dim", value: head_dim });

/** @throws EngineError for what llama.cpp computes in one way in all models of a family */
function requireGemma(config: GemmaConfig, architecture: string, { pattern, layers, divisor }: GemmaOfLlamaCpp): void {
  if (config.attention_bias) throw refusal("attention_bias", true, `llama.cpp's ${architecture} has no biases`);
  if (config.layer_types.some((type, layer) => attendsToAll(type) !== ((layer + 1) % pattern === 0))) {
    throw refusal("layer_types", config.layer_types, `in llama.cpp's ${architecture} ${layers} attends to everything`);
  }
  if (config.query_pre_attn_scalar !== divisor.value) {
    const why = `llama.cpp's ${architecture} divides by the root of ${divisor.key} (${divisor.value})`;
    throw refusal("query_pre_attn_scalar", config.query_pre_attn_scalar, why);
  }
}

function gemmaShape(config: GemmaConfig, architecture: "gemma2" | "gemma3", caps: Readonly<Record<string, GgufValue>>): GgufShape {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim, rope } = config;
  const metadata = keyed(architecture, {
    block_count: u32(config.num_hidden_layers),
    context_length: u32(config.max_position_embeddings),
    embedding_length: u32(config.hidden_size),
    feed_forward_length: u32(config.intermediate_size),
    "attention.head_count": u32(heads),
    "attention.head_count_kv": u32(keyValueHeads),
    "attention.key_length": u32(head_dim),
    "attention.value_length": u32(head_dim),
    "attention.sliding_window": u32(config.sliding_window),
    "rope.freq_base": f32(rope.theta),
    ...scalingKeys(rope.scaling),
    ...caps,
    "attention.layer_norm_rms_epsilon": f32(config.rms_norm_eps),
    vocab_size: u32(config.vocab_size),
  });
  return { architecture, heads, keyValueHeads, metadata, ropeFactors: undefined };
}

/** Short waves stay, long ones are stretched by the factor, and between them 1 / factor passes smoothly into 1. */
function llama3Factors({ head_dim, rope_theta }: LlamaConfig, scaling: Extract<RopeScaling, { readonly kind: "llama3" }>) {
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
  return Float32Array.from({ length: head_dim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * rope_theta ** ((2 * i) / head_dim);
    if (wavelength < originalMaxPositions / highFreqFactor) return 1;
    if (wavelength > originalMaxPositions / lowFreqFactor) return factor;
    const smooth = (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
