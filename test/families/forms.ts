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
  granite: {
    ...{ ...llama, model_type: "granite" },
    ...{ embedding_multiplier: 12, attention_multiplier: 0.7, residual_multiplier: 0.22, logits_scaling: 8 },
  },
  granitemoehybrid: {
    ...{ ...llama, model_type: "granitemoehybrid", intermediate_size: 5, shared_intermediate_size: 27, num_local_experts: 0 },
    ...{ layer_types: ["attention", "attention"], position_embedding_type: "rope", tie_word_embeddings: true },
    ...{ embedding_multiplier: 12, attention_multiplier: 0.7, residual_multiplier: 0.22, logits_scaling: 8 },
  },
  qwen2: { ...llama, model_type: "qwen2", tie_word_embeddings: true },
  qwen3: { ...llama, model_type: "qwen3", num_attention_heads: 3, num_key_value_heads: 3, head_dim: 10 },
  olmo2: { ...llama, model_type: "olmo2" },
  phi3: { ...llama, model_type: "phi3" },
  smollm3: { ...llama, model_type: "smollm3", num_hidden_layers: 5 },
  gemma3_text: {
    ...{ model_type: "gemma3_text", vocab_size: 31, hidden_size: 20, num_hidden_layers: 3, intermediate_size: 27 },
    ...{ num_attention_heads: 4, num_key_value_heads: 1, head_dim: 6, query_pre_attn_scalar: 6, max_position_embeddings: 48 },
    ...{ layer_types: ["sliding_attention", "full_attention", "sliding_attention"], sliding_window: 48 },
  },
  /** Caps that scores and logits of these sizes reach. */
  gemma2: {
    ...{ model_type: "gemma2", vocab_size: 31, hidden_size: 20, num_hidden_layers: 3, intermediate_size: 27 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 6, query_pre_attn_scalar: 6, max_position_embeddings: 48 },
    ...{ sliding_window: 48, attn_logit_softcapping: 0.7, final_logit_softcapping: 1.5 },
  },
  nanochat: {
    ...{ model_type: "nanochat", vocab_size: 31, hidden_size: 24, num_hidden_layers: 2, intermediate_size: 27 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 48, final_logit_softcapping: 2 },
  },
  lfm2: {
    ...{ model_type: "lfm2", vocab_size: 31, hidden_size: 24, num_hidden_layers: 3, intermediate_size: 41, block_multiple_of: 9 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 48, rope_theta: 50 },
    layer_types: ["conv", "full_attention", "conv"],
  },
  gpt2: { model_type: "gpt2", vocab_size: 31, n_embd: 18, n_layer: 2, n_head: 3, n_positions: 48 },
  gpt_neo: {
    ...{ model_type: "gpt_neo", vocab_size: 31, hidden_size: 18, num_layers: 2, num_heads: 3, max_position_embeddings: 48 },
    ...{ attention_types: [[["global", "local"], 1]], window_size: 13 },
  },
  gpt_neox: {
    ...{ model_type: "gpt_neox", vocab_size: 31, hidden_size: 24, num_hidden_layers: 2, intermediate_size: 27 },
    ...{ num_attention_heads: 4, max_position_embeddings: 48, rotary_pct: 0.4 },
  },
};

/** Every yarn and llama3 key, with values that move each frequency of a head of 16. */
export const yarn = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 12 };
export const llama3 = {
  ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
  original_max_position_embeddings: 32,
};
/** Factors for the pairs of a head of 16, or of 12 of its numbers. */
const longrope = (pairs: number) => ({
  short_factor: Array.from({ length: pairs }, (_, i) => 1 + 0.2 * i),
  long_factor: Array.from({ length: pairs }, (_, i) => 2 + i),
});
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
  ["llama", { ...wide, rope_scaling: { rope_type: "longrope", factor: 4, ...longrope(8) } }],
  ["llama", { ...wide, rope_scaling: { type: "longrope", original_max_position_embeddings: 24, attention_factor: 1.2, ...longrope(8) } }],
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
  // Windows of attention.
  ["mistral", { sliding_window: 13 }],
  ["mistral", { sliding_window: 1 }],
  ["qwen2", { sliding_window: 13, use_sliding_window: true, max_window_layers: 1 }],
  ["qwen2", { sliding_window: 13, use_sliding_window: true, max_window_layers: 0 }],
  ["qwen2", { sliding_window: 13, max_window_layers: 0 }],
  ["smollm3", { sliding_window: 5, use_sliding_window: true }],
  ["qwen3", { sliding_window: 13, use_sliding_window: true, layer_types: ["full_attention", "sliding_attention"] }],
  ["gemma3_text", { sliding_window: 13 }],
  // OLMo 2.
  ["olmo2", { attention_bias: true, tie_word_embeddings: true, num_key_value_heads: 4, rope_theta: 500 }],
  ["olmo2", { ...wide, rms_norm_eps: undefined, rope_scaling: yarn }],
  // Granite: whole, and with the factors that transformers takes where there are none.
  ["granite", { attention_bias: true, mlp_bias: true, tie_word_embeddings: true, ...wide, rope_scaling: yarn }],
  [
    "granite",
    { embedding_multiplier: undefined, attention_multiplier: undefined, residual_multiplier: undefined, logits_scaling: undefined },
  ],
  // Granite 4, with positions and without, and what its files say of the parts that it lacks.
  ["granitemoehybrid", { position_embedding_type: "nope", rope_theta: 3, attention_bias: true, tie_word_embeddings: false }],
  ["granitemoehybrid", { position_embedding_type: null, attention_multiplier: undefined, normalization_function: "rmsnorm" }],
  [
    "granitemoehybrid",
    {
      ...{ ...wide, init_method: "mup", mamba_n_heads: 48, mamba_d_head: "auto", mamba_conv_bias: true },
      ...{ num_experts_per_tok: 2, router_aux_loss_coef: 0.01, output_router_logits: true },
    },
  ],
  // SmolLM3.
  ["smollm3", { no_rope_layers: [0, 1, 1, 0, 1], rope_theta: undefined }],
  ["smollm3", { no_rope_layer_interval: 2, attention_bias: true, mlp_bias: true, tie_word_embeddings: false }],
  ["smollm3", { num_key_value_heads: undefined, ...wide, rope_parameters: { rope_type: "default", rope_theta: 50 } }],
  // Gemma 3.
  ["gemma3_text", { layer_types: undefined, sliding_window_pattern: 2, cache_implementation: "hybrid" }],
  ["gemma3_text", { layer_types: undefined, _sliding_window_pattern: 3, sliding_window_pattern: 3, rope_local_base_freq: 30 }],
  ["gemma3_text", { rope_theta: 70, rope_scaling: { rope_type: "linear", factor: 8 }, attention_bias: true }],
  ["gemma3_text", { query_pre_attn_scalar: 2.5 }],
  ["gemma3_text", { ...wide, query_pre_attn_scalar: 16, tie_word_embeddings: false, num_key_value_heads: 4 }],
  [
    "gemma3_text",
    { rope_parameters: { full_attention: { rope_type: "linear", factor: 3, rope_theta: 90 }, sliding_attention: { rope_theta: 40 } } },
  ],
  ["gemma3_text", { layer_types: ["full_attention", "full_attention", "full_attention"], sliding_window: 4, attn_logit_softcapping: null }],
  ["gemma3_text", { attn_logit_softcapping: 0.5, final_logit_softcapping: 2 }],
  // Gemma 2: windows in every other layer, the caps that transformers takes where there are none, no caps, and one pair of angles.
  ["gemma2", { sliding_window: 13, cache_implementation: "hybrid", rope_theta: 70 }],
  ["gemma2", { ...wide, attn_logit_softcapping: undefined, final_logit_softcapping: undefined, query_pre_attn_scalar: 0.001 }],
  ["gemma2", { attn_logit_softcapping: null, final_logit_softcapping: 2, tie_word_embeddings: false, attention_bias: true }],
  [
    "gemma2",
    {
      ...{ attn_logit_softcapping: 0.5, final_logit_softcapping: null, sliding_window: 5 },
      layer_types: ["full_attention", "sliding_attention", "full_attention"],
      rope_parameters: { rope_type: "default", rope_theta: 40 },
    },
  ],
  // LFM2: other tokens in a convolution, biases, no convolution, older keys, and widths of MLPs.
  ["lfm2", { conv_L_cache: 4, conv_bias: true, tie_word_embeddings: false, norm_eps: 0.01, block_auto_adjust_ff_dim: false }],
  ["lfm2", { layer_types: undefined, full_attn_idxs: [2], conv_L_cache: 1, rope_theta: undefined, block_ffn_dim_multiplier: 1.3 }],
  ["lfm2", { layer_types: undefined, head_dim: 16, rope_scaling: yarn, num_key_value_heads: 4, block_multiple_of: 1 }],
  [
    "lfm2",
    {
      ...{ layer_types: ["conv", "conv", "conv"], hidden_size: 18, num_attention_heads: 3, num_key_value_heads: 3, conv_L_cache: 2 },
      ...{ intermediate_size: 1, block_ff_dim: 30, theta: 70, tie_embedding: false, tie_word_embeddings: true, num_heads: 3 },
      ...{ block_dim: 18, conv_dim: 18, conv_dim_out: 18, block_norm_eps: 1e-5, block_use_swiglu: true, use_pos_enc: true },
      ...{ block_mlp_init_scale: 1, block_out_init_scale: 1, block_use_xavier_init: true, conv_use_xavier_init: true },
      block_ffn_dim_multiplier: null,
    },
  ],
  // nanochat.
  ["nanochat", { num_key_value_heads: undefined, attention_bias: true, tie_word_embeddings: true, rms_norm_eps: 1e-3, rope_theta: 70 }],
  ["nanochat", { head_dim: 16, final_logit_softcapping: undefined, rope_parameters: { rope_type: "default", rope_theta: 50 } }],
  ["nanochat", { ...wide, final_logit_softcapping: null, rope_scaling: yarn, hidden_act: "relu2" }],
  // Phi-3.
  ["phi3", { sliding_window: 13, rms_norm_eps: 1e-5, tie_word_embeddings: true }],
  ["phi3", { ...wide, original_max_position_embeddings: 24, rope_scaling: { type: "su", ...longrope(8) } }],
  [
    "phi3",
    { ...wide, partial_rotary_factor: 0.75, original_max_position_embeddings: 24, rope_scaling: { type: "longrope", ...longrope(6) } },
  ],
  // GPT-2.
  ["gpt2", { tie_word_embeddings: false, n_inner: 25, layer_norm_epsilon: 0.01 }],
  ["gpt2", { activation_function: "gelu_pytorch_tanh", n_inner: null, n_ctx: 48, reorder_and_upcast_attn: true }],
  ["gpt2", { activation_function: "gelu_fast", scale_attn_weights: true, summary_type: "cls_index", resid_pdrop: 0.1 }],
  // GPT-Neo.
  ["gpt_neo", { window_size: undefined, attention_layers: ["global", "local"], tie_word_embeddings: false, embed_dropout: 0.1 }],
  [
    "gpt_neo",
    {
      attention_types: [
        [["local"], 1],
        [["global"], 1],
      ],
      window_size: 1,
      intermediate_size: 25,
      layer_norm_epsilon: 0.01,
    },
  ],
  [
    "gpt_neo",
    { attention_types: undefined, attention_layers: ["local", "local"], intermediate_size: null, activation_function: "gelu_fast" },
  ],
  // The heads of TinyStories-1M.
  ["gpt_neo", { hidden_size: 64, num_heads: undefined, num_attention_heads: 16, num_hidden_layers: 2, window_size: 5 }],
  // GPT-NeoX.
  ["gpt_neox", { rotary_pct: undefined, hidden_size: 64, use_parallel_residual: false, rotary_emb_base: 500, layer_norm_eps: 0.01 }],
  ["gpt_neox", { rotary_pct: 1, hidden_act: "gelu_new", tie_word_embeddings: true, attention_bias: false }],
  [
    "gpt_neox",
    { hidden_size: 48, rotary_pct: undefined, rope_parameters: { partial_rotary_factor: 0.5, rope_theta: 70, rope_type: "default" } },
  ],
  ["gpt_neox", { hidden_size: 128, rotary_pct: 0.5, rotary_emb_base: 50, rope_scaling: yarn }],
];
