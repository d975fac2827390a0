type Config = Readonly<Record<string, unknown>>;

const llama = {
  model_type: "llama",
  vocab_size: 31,
  hidden_size: 20,
  num_hidden_layers: 2,
  intermediate_size: 27,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 6,
  max_position_embeddings: 48,
  rms_norm_eps: 1e-5,
};

/** The smallest configuration of every family, with sizes that divide nothing. */
export const bases: Readonly<Record<string, Config>> = {
  llama,
  mistral: { ...llama, model_type: "mistral", sliding_window: null },
  qwen2: { ...llama, model_type: "qwen2", tie_word_embeddings: true },
  qwen3: { ...llama, model_type: "qwen3", num_attention_heads: 3, num_key_value_heads: 3, head_dim: 10 },
  gpt2: { model_type: "gpt2", vocab_size: 31, n_embd: 18, n_layer: 2, n_head: 3, n_positions: 48 },
};

/** Every yarn and llama3 key, with values that move each frequency of a head of 16. */
export const yarn = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 12 };
export const llama3 = {
  ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
  original_max_position_embeddings: 32,
};
const wide = { head_dim: 16, rope_theta: 50 };

/** Forms of config.json that load: [family, what changes in its smallest configuration]. */
export const forms: readonly (readonly [family: string, change: Config])[] = [
  ...Object.keys(bases).map((family) => [family, {}] as const),
  // Rotary angles.
  ["llama", { rope_theta: 500 }],
  ["llama", { rope_scaling: { rope_type: "default" } }],
  ["llama", { rope_scaling: {} }],
  ["llama", { ...wide, rope_scaling: { type: "linear", factor: 3 } }],
  ["llama", { ...wide, rope_scaling: { type: "linear", rope_type: "linear", factor: 3.5 } }],
  ["llama", { ...wide, rope_scaling: { type: "dynamic", factor: 3 } }],
  ["llama", { ...wide, rope_scaling: llama3 }],
  ["llama", { ...wide, rope_scaling: yarn }],
  ["llama", { ...wide, rope_scaling: { ...yarn, attention_factor: 0.7 } }],
  ["llama", { ...wide, rope_scaling: { ...yarn, mscale: 0.8, mscale_all_dim: 1.5 } }],
  ["llama", { ...wide, rope_scaling: { ...yarn, mscale: 0.8 } }],
  ["llama", { ...wide, rope_scaling: { ...yarn, factor: 2, original_max_position_embeddings: 24, beta_fast: 2, beta_slow: 0.5 } }],
  ["llama", { ...wide, rope_scaling: { ...yarn, beta_fast: 1.5, beta_slow: 0.5, truncate: false } }],
  ["llama", { ...wide, rope_scaling: { type: "yarn", factor: 2 } }],
  ["llama", { ...wide, original_max_position_embeddings: 12, rope_scaling: { type: "yarn", factor: 4 } }],
  ["llama", { ...wide, rope_theta: undefined, rope_parameters: { rope_type: "default", rope_theta: 70 } }],
  ["llama", { ...wide, rope_theta: undefined, rope_parameters: { ...llama3, rope_theta: 70 } }],
  ["mistral", { ...wide, rope_parameters: { ...yarn, rope_theta: 50 }, rope_scaling: yarn }],
  ["qwen2", { rope_theta: undefined, rope_parameters: { rope_theta: 1000 } }],
  ["qwen3", { head_dim: 16, rope_theta: 50, rope_parameters: { ...yarn, rope_theta: 50, partial_rotary_factor: 1 } }],
  // Biases.
  ["llama", { attention_bias: true }],
  ["llama", { mlp_bias: true }],
  ["llama", { attention_bias: true, mlp_bias: true, tie_word_embeddings: true }],
  ["qwen2", { attention_bias: true }],
  ["qwen3", { attention_bias: true }],
  // Heads.
  ["llama", { hidden_size: 24, head_dim: null, num_key_value_heads: null }],
  ["llama", { head_dim: 2, num_key_value_heads: 1 }],
  ["qwen3", { head_dim: 8, num_key_value_heads: 1, tie_word_embeddings: true }],
  // Windows that no sequence reaches, and what else says nothing.
  ["mistral", { sliding_window: 48 }],
  ["mistral", { sliding_window: undefined }],
  ["qwen2", { sliding_window: 8, use_sliding_window: false, max_window_layers: 1, use_mrope: false }],
  ["qwen2", { sliding_window: null, use_sliding_window: true }],
  ["qwen3", { layer_types: ["full_attention", "full_attention"], max_window_layers: 2 }],
  ["llama", { hidden_act: "swish", dtype: "bfloat16", torch_dtype: "torch.bfloat16", eos_token_id: [1, 2], rope_interleaved: false }],
  // GPT-2.
  ["gpt2", { tie_word_embeddings: false, n_inner: 25, layer_norm_epsilon: 0.01 }],
  ["gpt2", { activation_function: "gelu_pytorch_tanh", n_inner: null, n_ctx: 48, reorder_and_upcast_attn: true }],
  ["gpt2", { activation_function: "gelu_fast", scale_attn_weights: true, summary_type: "cls_index", resid_pdrop: 0.1 }],
];
