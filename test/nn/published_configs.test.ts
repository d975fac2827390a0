import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";
import {
  gemma2,
  gemma3,
  gpt2,
  gptNeo,
  granite,
  granite4,
  lfm2,
  llama,
  mistral,
  nanochat,
  olmo2,
  qwen2,
  qwen3,
  smollm3,
} from "./small_configs.ts";

const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 };

/** As the organisations publish them, with smaller sizes. */
const published: readonly Record<string, unknown>[] = [
  {
    ...{ ...llama, architectures: ["LlamaForCausalLM"], attention_bias: false, attention_dropout: 0.0, bos_token_id: 128000 },
    ...{ eos_token_id: [128001, 128008, 128009], head_dim: 4, hidden_act: "silu", initializer_range: 0.02, mlp_bias: false },
    ...{ num_key_value_heads: 1, pretraining_tp: 1, rms_norm_eps: 1e-5, rope_scaling: llama3, rope_theta: 500000.0 },
    ...{ tie_word_embeddings: true, torch_dtype: "bfloat16", transformers_version: "4.45.0.dev0", use_cache: true },
  },
  {
    ...{ ...llama, architectures: ["LlamaForCausalLM"], is_llama_config: true, rope_interleaved: false, rope_scaling: null },
    ...{ "transformers.js_config": { kv_cache_dtype: { q4f16: "float16" } }, pad_token_id: 2, rope_theta: 100000 },
  },
  {
    ...{ ...qwen2, architectures: ["Qwen2ForCausalLM"], attention_dropout: 0.0, bos_token_id: 151643, eos_token_id: 151645 },
    ...{ hidden_act: "silu", max_window_layers: 21, num_key_value_heads: 2, rms_norm_eps: 1e-6, rope_theta: 1000000.0 },
    ...{ sliding_window: 16, tie_word_embeddings: true, torch_dtype: "bfloat16", use_cache: true, use_mrope: false },
    ...{ use_sliding_window: false, unsloth_fixed: true, _attn_implementation_autoset: true },
  },
  {
    ...{ ...qwen3, architectures: ["Qwen3ForCausalLM"], attention_bias: false, head_dim: 8, max_window_layers: 28, rope_scaling: null },
    ...{ sliding_window: null, use_sliding_window: false, layer_types: ["full_attention"], pad_token_id: null },
  },
  { ...mistral, architectures: ["MistralForCausalLM"], sliding_window: null, attention_dropout: 0.0, rope_theta: 1000000.0 },
  { ...mistral, architectures: ["MistralForCausalLM"], sliding_window: 16, attention_dropout: 0.0, rope_theta: 10000.0 },
  {
    ...{ ...granite, architectures: ["GraniteForCausalLM"], attention_bias: false, attention_dropout: 0.0, attention_multiplier: 0.015625 },
    ...{ bos_token_id: 0, eos_token_id: 0, hidden_act: "silu", initializer_range: 0.02, mlp_bias: false, num_key_value_heads: 1 },
    ...{ pad_token_id: 0, residual_multiplier: 0.22, rms_norm_eps: 1e-5, rope_scaling: null, rope_theta: 10000000.0 },
    ...{ tie_word_embeddings: true, torch_dtype: "bfloat16", transformers_version: "4.49.0", use_cache: true },
  },
  {
    // No copy was at hand: from memory.
    ...{ ...granite4, architectures: ["GraniteMoeHybridForCausalLM"], attention_bias: false, attention_dropout: 0.0 },
    ...{ attention_multiplier: 0.015625, bos_token_id: 100257, embedding_multiplier: 12, eos_token_id: 100257, hidden_act: "silu" },
    ...{ init_method: "mup", initializer_range: 0.1, logits_scaling: 4, mamba_chunk_size: 256, mamba_conv_bias: true, mamba_d_conv: 4 },
    ...{ mamba_d_head: 16, mamba_d_state: 256, mamba_expand: 2, mamba_n_groups: 1, mamba_n_heads: 128, mamba_proj_bias: false },
    ...{ normalization_function: "rmsnorm", num_experts_per_tok: 0, num_key_value_heads: 1, output_router_logits: false },
    ...{ pad_token_id: 100256, position_embedding_type: "rope", residual_multiplier: 0.263, rms_norm_eps: 1e-5, rope_scaling: null },
    ...{ rope_theta: 10000000, router_aux_loss_coef: 0.0, tie_word_embeddings: true, transformers_version: "4.56.0", use_cache: true },
  },
  {
    ...{ ...olmo2, architectures: ["Olmo2ForCausalLM"], attention_bias: false, attention_dropout: 0.0, eos_token_id: 100257 },
    ...{ hidden_act: "silu", initializer_range: 0.02, num_key_value_heads: 2, pad_token_id: 100277, rms_norm_eps: 1e-6 },
    ...{ rope_scaling: null, rope_theta: 500000, tie_word_embeddings: false, torch_dtype: "float32", use_cache: true },
  },
  {
    ...{ ...smollm3, architectures: ["SmolLM3ForCausalLM"], attention_bias: false, attention_dropout: 0.0, bos_token_id: null },
    ...{ eos_token_id: 128012, layer_types: ["full_attention"], max_window_layers: 28, mlp_bias: false, no_rope_layer_interval: 4 },
    ...{ no_rope_layers: [1], pad_token_id: 128004, pretraining_tp: 2, rope_scaling: null, rope_theta: 5000000.0 },
    ...{ sliding_window: null, use_cache: false, use_sliding_window: false, torch_dtype: "bfloat16" },
  },
  {
    ...{ ...gemma3, architectures: ["Gemma3ForCausalLM"], _sliding_window_pattern: 6, attention_bias: false, attention_dropout: 0.0 },
    ...{ attn_logit_softcapping: null, bos_token_id: 2, eos_token_id: 1, final_logit_softcapping: null },
    ...{ hidden_activation: "gelu_pytorch_tanh", initializer_range: 0.02, layer_types: ["sliding_attention", "full_attention"] },
    ...{ pad_token_id: 0, rms_norm_eps: 1e-6, rope_local_base_freq: 10000.0, rope_scaling: null, rope_theta: 1000000.0 },
    ...{ torch_dtype: "bfloat16", transformers_version: "4.55.0.dev0", use_bidirectional_attention: false, use_cache: true },
  },
  { ...gemma3, architectures: ["Gemma3ForCausalLM"], cache_implementation: "hybrid", sliding_window_pattern: 6, eos_token_id: [1, 106] },
  {
    ...{ ...gemma2, architectures: ["Gemma2ForCausalLM"], attention_bias: false, attention_dropout: 0.0, attn_logit_softcapping: 50.0 },
    ...{ bos_token_id: 2, cache_implementation: "hybrid", eos_token_id: [1, 107], final_logit_softcapping: 30.0, pad_token_id: 0 },
    ...{ hidden_act: "gelu_pytorch_tanh", hidden_activation: "gelu_pytorch_tanh", initializer_range: 0.02, rms_norm_eps: 1e-6 },
    ...{ rope_theta: 10000.0, sliding_window_size: 16, torch_dtype: "bfloat16", transformers_version: "4.42.4", use_cache: true },
  },
  {
    ...{ ...nanochat, architectures: ["NanoChatForCausalLM"], attention_bias: false, attention_dropout: 0.0, bos_token_id: 0 },
    ...{ dtype: "bfloat16", eos_token_id: 1, final_logit_softcapping: 15.0, hidden_act: "relu2", initializer_range: 0.02 },
    ...{ num_key_value_heads: 2, pad_token_id: 1, rms_norm_eps: 1e-6, rope_parameters: { rope_theta: 10000.0, rope_type: "default" } },
    ...{ tie_word_embeddings: false, transformers_version: "5.0.0.dev0", use_cache: true },
  },
  {
    ...{ ...lfm2, layer_types: undefined, architectures: ["Lfm2ForCausalLM"], block_auto_adjust_ff_dim: true, block_dim: 8 },
    ...{ block_ff_dim: 12, block_ffn_dim_multiplier: 1.0, block_mlp_init_scale: 1.0, block_multiple_of: 256, block_norm_eps: 1e-5 },
    ...{ block_out_init_scale: 1.0, block_use_swiglu: true, block_use_xavier_init: true, bos_token_id: 1, conv_L_cache: 3 },
    ...{ conv_bias: false, conv_dim: 8, conv_dim_out: 8, conv_use_xavier_init: true, eos_token_id: 7, full_attn_idxs: [1] },
    ...{ initializer_range: 0.02, norm_eps: 1e-5, num_heads: 2, pad_token_id: 0, rope_theta: 1000000.0, torch_dtype: "bfloat16" },
    ...{ transformers_version: "4.54.0.dev0", use_cache: true, use_pos_enc: true },
  },
  {
    ...{ ...gpt2, activation_function: "gelu_new", architectures: ["GPT2LMHeadModel"], attn_pdrop: 0.1, embd_pdrop: 0.1 },
    ...{ n_ctx: 32, resid_pdrop: 0.1, summary_activation: null, summary_first_dropout: 0.1, summary_proj_to_labels: true },
    ...{ summary_type: "cls_index", summary_use_proj: true, task_specific_params: { "text-generation": { do_sample: true } } },
    ...{ _num_labels: 1, n_special: 0, output_past: true, predict_special_tokens: true },
  },
  {
    ...{ ...gptNeo, activation_function: "gelu_new", architectures: ["GPTNeoForCausalLM"], attention_dropout: 0, bos_token_id: 50256 },
    ...{ attention_layers: ["global", "local"], classifier_dropout: 0.1, embed_dropout: 0, eos_token_id: 50256, resid_dropout: 0 },
    ...{ gradient_checkpointing: false, initializer_range: 0.02, intermediate_size: null, layer_norm_epsilon: 1e-5, window_size: 256 },
    ...{ summary_activation: null, summary_first_dropout: 0.1, summary_proj_to_labels: true, summary_type: "cls_index" },
    ...{ summary_use_proj: true, torch_dtype: "float32", transformers_version: "4.28.1", use_cache: true },
  },
];

test("LFM2 has as many parameters as its model cards say", () => {
  const sizes = { vocab_size: 65_536, num_hidden_layers: 16, num_key_value_heads: 8, max_position_embeddings: 128_000 };
  for (const [hidden_size, num_attention_heads, block_ff_dim, expected] of [
    [1024, 16, 6656, 354_483_968],
    [1536, 24, 10_240, 742_489_344],
    [2048, 32, 12_288, 1_170_340_608],
  ] as const) {
    const layers = { layer_types: null, full_attn_idxs: [2, 5, 8, 10, 12, 14] };
    const model = buildModel({ ...lfm2, ...sizes, ...layers, hidden_size, num_attention_heads, block_ff_dim });
    const counts = [...model.namedParameters().values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      expected,
    );
  }
});

test("config.json of models as they are published loads: what says nothing of the computation is known by name", () => {
  for (const config of published) assert.ok(buildModel(config).vocabSize > 0, JSON.stringify(config));
  const generation = { do_sample: true, temperature: 0.6, top_p: 0.9, max_length: 20, repetition_penalty: 1.1, suppress_tokens: [1] };
  const none = { attn_logit_softcapping: null, num_experts: false, adapter: "", block_configs: [], extra: {} };
  assert.equal(buildModel({ ...llama, ...generation, ...none, dtype: "float32" }).vocabSize, 16);
});
