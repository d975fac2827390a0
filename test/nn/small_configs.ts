/** The smallest config.json of families, from which tests of its keys begin. */
export const llama = {
  model_type: "llama",
  vocab_size: 16,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 32,
};
export const gpt2 = { model_type: "gpt2", vocab_size: 16, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 32 };
export const gptNeo = {
  ...{ model_type: "gpt_neo", vocab_size: 16, hidden_size: 8, num_layers: 2, num_heads: 2, max_position_embeddings: 32 },
  attention_types: [[["global", "local"], 1]],
};
export const nanochat = { ...llama, model_type: "nanochat" };
export const lfm2 = {
  ...{ ...llama, model_type: "lfm2", num_hidden_layers: 2, num_key_value_heads: 1 },
  layer_types: ["conv", "full_attention"],
};
export const mistral = { ...llama, model_type: "mistral" };
export const qwen2 = { ...llama, model_type: "qwen2" };
export const qwen3 = { ...llama, model_type: "qwen3" };
export const granite4 = {
  ...{ ...llama, model_type: "granitemoehybrid", num_local_experts: 0, shared_intermediate_size: 27 },
  layer_types: Array.from({ length: llama.num_hidden_layers }, () => "attention"),
};
export const granite = { ...llama, model_type: "granite", embedding_multiplier: 12, logits_scaling: 8 };
export const olmo2 = { ...llama, model_type: "olmo2" };
export const smollm3 = { ...llama, model_type: "smollm3", num_key_value_heads: 1 };
export const gemma2 = {
  ...{ ...llama, model_type: "gemma2", num_hidden_layers: 2, num_key_value_heads: 1, head_dim: 4, query_pre_attn_scalar: 4 },
  sliding_window: 16,
};
export const gemma3 = {
  ...{ ...llama, model_type: "gemma3_text", num_hidden_layers: 2, num_key_value_heads: 1, head_dim: 4, query_pre_attn_scalar: 4 },
  sliding_window: 16,
};
