import type { Lfm2Config } from "../../models/lfm2_config.ts";
import { f32, i32s, u32 } from "../io/gguf/values.ts";
import { type GgufShape, keyed, refusal, scalingKeys } from "./gguf_keys.ts";

/** llama.cpp takes layers without key heads for convolutions. @throws EngineError for what it would not compute */
export function lfm2Shape(config: Lfm2Config): GgufShape {
  requireLfm2(config);
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, layer_types, rope } = config;
  const metadata = keyed("lfm2", {
    block_count: u32(config.num_hidden_layers),
    context_length: u32(config.max_position_embeddings),
    embedding_length: u32(config.hidden_size),
    feed_forward_length: u32(config.intermediate_size),
    "attention.head_count": u32(heads),
    "attention.head_count_kv": i32s(layer_types.map((type) => (type === "full_attention" ? keyValueHeads : 0))),
    "rope.dimension_count": u32(config.head_dim),
    "rope.freq_base": f32(rope.theta),
    ...scalingKeys(rope.scaling),
    "attention.layer_norm_rms_epsilon": f32(config.norm_eps),
    "shortconv.l_cache": u32(config.conv_L_cache),
    vocab_size: u32(config.vocab_size),
  });
  return { architecture: "lfm2", heads, keyValueHeads, metadata, ropeFactors: undefined };
}

function requireLfm2({ hidden_size, num_attention_heads, head_dim, conv_bias, conv_L_cache, layer_types, rope }: Lfm2Config): void {
  if (conv_bias) throw refusal("conv_bias", true, "llama.cpp's lfm2 has no biases");
  if (conv_L_cache === 1) throw refusal("conv_L_cache", 1, "llama.cpp's lfm2 takes two tokens or more");
  if (head_dim * num_attention_heads !== hidden_size) {
    throw refusal("head_dim", head_dim, `llama.cpp's lfm2 shares hidden_size (${hidden_size}) out among heads`);
  }
  if (new Set(layer_types).size < 2) throw refusal("layer_types", layer_types, "llama.cpp's lfm2 has layers of both kinds");
  if (rope.scaling?.kind === "llama3") throw refusal("rope_type", "llama3", "llama.cpp's lfm2 does not read its factors");
}
