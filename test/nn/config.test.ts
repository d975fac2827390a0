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

const yarn = { type: "yarn", factor: 2 };
const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 };

type Refused = [change: Record<string, unknown>, expected: RegExp];

const sizes: Refused[] = [
  [
    { model_type: "constructor" },
    /model_type is "constructor"; it must be one of gemma2, gemma3_text, gpt2, gpt_neo, gpt_neox, granite, granitemoehybrid, lfm2, llama, mistral, nanochat, olmo2, phi3, qwen2, qwen3, smollm3/,
  ],
  [{ model_type: "__proto__" }, /model_type is "__proto__"; it must be one of/],
  [{ model_type: "lama" }, /did you mean llama\?/],
  [{ model_type: "gemma" }, /model_type is "gemma"; .* olmo2, phi3, qwen2, qwen3, smollm3; did you mean gemma2\?$/],
  [{ model_type: undefined }, /model_type is missing/],
  [{ num_hidden_layers: 1e8 }, /num_hidden_layers is 100000000; it must be a positive whole number, at most 1024/],
  [{ max_position_embeddings: 1e7 }, /max_position_embeddings is 10000000; .* at most 1048576/],
  [{ max_position_embeddings: 2 ** 20, head_dim: 128 }, /max_position_embeddings is 1048576; .* at most 524288/],
  [{ vocab_size: 2 ** 31 }, /vocab_size is 2147483648; .* at most 16777216/],
  [{ hidden_size: 2.5 }, /hidden_size is 2\.5/],
  [{ hidden_size: null }, /hidden_size is missing/],
  [{ hidden_size: "x".repeat(50_000) }, /hidden_size is "x{100,116}\.\.\.; it must be/],
  [{ num_attention_heads: 3 }, /num_attention_heads is 3; it must be a divisor of hidden_size \(8\) where head_dim is absent/],
  [{ num_key_value_heads: 4 }, /num_key_value_heads is 4; it must divide num_attention_heads \(2\)/],
  [{ num_attention_heads: 4, num_key_value_heads: 3, head_dim: 2 }, /num_key_value_heads is 3; it must divide num_attention_heads \(4\)/],
  [{ head_dim: 3 }, /head_dim is 3; it must be even/],
  [{ rms_norm_eps: -1 }, /rms_norm_eps is -1; it must be a number from 1e-12 to 0\.1/],
  [{ rms_norm_eps: 0 }, /rms_norm_eps is 0/],
  [{ rms_norm_eps: 1e300 }, /rms_norm_eps is 1e\+300/],
  [{ initializer_range: 1e300 }, /initializer_range is 1e\+300/],
];

const rope: Refused[] = [
  [{ rope_theta: 0 }, /rope_theta is 0; it must be a number from 1 to/],
  [{ rope_theta: -10_000 }, /rope_theta is -10000/],
  [{ rope_scaling: { type: "linear", factor: 0 } }, /rope_scaling\.factor is 0; it must be a number from 1/],
  [{ rope_scaling: { type: "linear" } }, /rope_scaling\.factor is missing/],
  [
    { rope_scaling: { type: "longrope", factor: 2 } },
    /rope_scaling\.short_factor is missing; it must be a list of \d+ factors, one for each pair of numbers that is rotated/,
  ],
  [{ rope_scaling: { type: "mrope", mrope_section: [1, 1, 2] } }, /rope_scaling\.type is "mrope"/],
  [
    { rope_scaling: { rope_type: "default", mrope_section: [1, 1, 2] } },
    /rope_scaling\.mrope_section is \[1,1,2\], and this model knows no such key/,
  ],
  [
    { rope_scaling: { rope_type: "linear", type: "yarn", factor: 2 } },
    /rope_scaling\.type is "yarn"; it must be the same as rope_type \("linear"\)/,
  ],
  [{ rope_scaling: "linear" }, /rope_scaling is "linear"; it must be absent or a mapping/],
  [{ rope_scaling: { ...llama3, high_freq_factor: 1 } }, /high_freq_factor is 1; it must be above low_freq_factor \(1\)/],
  [
    { rope_scaling: { type: "dynamic", factor: 2, original_max_position_embeddings: 16 } },
    /rope_scaling\.original_max_position_embeddings is 16/,
  ],
  [{ rope_scaling: { ...yarn, beta_fast: 0.5 } }, /rope_scaling\.beta_fast is 0\.5; it must be at least beta_slow \(1\)/],
  [{ rope_scaling: { ...yarn, truncate: "no" } }, /rope_scaling\.truncate is "no"; it must be true or false/],
  [{ rope_scaling: { ...yarn, finetuned: true } }, /rope_scaling\.finetuned is true, and this model knows no such key/],
  [{ rope_scaling: yarn, rope_theta: 1 }, /rope_theta is 1; it must be above 1 where rope_type is yarn/],
  [
    { original_max_position_embeddings: 16, rope_scaling: { ...yarn, original_max_position_embeddings: 8 } },
    /original_max_position_embeddings is 16; it must be the same as that of the rotary angles \(8\)/,
  ],
  [{ original_max_position_embeddings: 16 }, /original_max_position_embeddings is 16, and this model knows no such key/],
  [
    { rope_theta: 1e4, rope_parameters: { rope_theta: 5e5 } },
    /rope_theta is 10000 and rope_parameters\.rope_theta is 500000; remove the one/,
  ],
  [{ rope_scaling: yarn, rope_parameters: { rope_type: "default" } }, /rope_parameters and rope_scaling say different things/],
  [{ rope_parameters: { full_attention: { rope_type: "default" } } }, /rope_parameters is .*; it must be one mapping for all layers/],
  [{ partial_rotary_factor: 0.5 }, /partial_rotary_factor is 0\.5; it must be 1 or absent/],
  [{ rope_parameters: { partial_rotary_factor: 0.5 } }, /rope_parameters\.partial_rotary_factor is 0\.5/],
  [{ rope_interleaved: true }, /rope_interleaved is true, and this model knows no such key/],
];

const other: Refused[] = [
  [{ hidden_act: "gelu" }, /hidden_act is "gelu"; it must be one of silu, swish/],
  [{ is_causal: false }, /is_causal is false; it must be true or absent/],
  [
    { architectures: ["LlamaForSequenceClassification"] },
    /architectures is \["LlamaForSequenceClassification"\]; .* LlamaForCausalLM, LlamaModel/,
  ],
  [{ quantization_config: { bits: 4 } }, /quantization_config is \{"bits":4\}; it must be absent, because quantised weights are not read/],
  [{ auto_map: { AutoModel: "a.B" } }, /auto_map is .*; it must be absent, because a model's own code is not run/],
  [{ dtype: "float16", torch_dtype: "bfloat16" }, /dtype is "float16" and torch_dtype is "bfloat16"; remove the one that does not hold/],
  [{ embedding_multiplier: 12 }, /embedding_multiplier is 12, and this model knows no such key; remove it only if it changes nothing/],
  [{ logits_scaling: 8 }, /logits_scaling is 8/],
  [{ attn_logit_softcapping: 50 }, /attn_logit_softcapping is 50/],
  [{ rms_norm_epsilon: 1e-5 }, /rms_norm_epsilon is 0\.00001, .*; did you mean rms_norm_eps\?/],
  [{ sliding_window: 0 }, /sliding_window is 0; it must be a positive whole number/],
  [{ sliding_window: 8 }, /sliding_window is 8; it must be null, or at least max_position_embeddings \(32\)/],
  [{ num_experts: 4, hidden_dropout: 0.1 }, /num_experts is 4/],
  [{ ["x".repeat(9_000)]: 1 }, /x{30}\.\.\.x{30,} is 1, and this model knows no such key/],
  [{ ...mistral, attention_bias: true }, /attention_bias is true, and this model knows no such key/],
  [{ ...qwen2, attention_bias: false }, /attention_bias is false; .* qwen2 always has biases on q, k and v/],
  [{ ...qwen2, mlp_bias: true }, /mlp_bias is true/],
  [{ ...qwen2, use_mrope: true }, /use_mrope is true/],
  [{ ...qwen3, layer_types: ["sliding_attention"] }, /layer_types is \["sliding_attention"\]; .* for each of the 1 layers/],
  [{ ...qwen3, layer_types: ["full_attention", "full_attention"] }, /layer_types is/],
  [
    { ...qwen3, use_sliding_window: true, sliding_window: 8, layer_types: ["chunked_attention"] },
    /layer_types is \["chunked_attention"\]; it must be absent, or "full_attention" or "sliding_attention" for each of the 1 layers/,
  ],
  [{ ...smollm3, no_rope_layers: [2] }, /no_rope_layers is \[2\]; it must be absent, or 0 or 1 for each of the 1 layers/],
  [{ ...smollm3, no_rope_layers: [] }, /no_rope_layers is \[\]/],
  [{ ...olmo2, clip_qkv: 8 }, /clip_qkv is 8, and this model knows no such key/],
  [{ ...olmo2, mlp_bias: true }, /mlp_bias is true/],
  [{ ...gemma2, attn_logit_softcapping: 0 }, /attn_logit_softcapping is 0; it must be a number from 0.001 to 1000000/],
  [{ ...gemma3, final_logit_softcapping: "30" }, /final_logit_softcapping is "30"; it must be a number/],
  [{ ...nanochat, hidden_act: "gelu" }, /hidden_act is "gelu"; it must be one of relu2/],
  [{ ...nanochat, logits_soft_cap: 15 }, /logits_soft_cap is 15, and this model knows no such key/],
  [{ ...nanochat, num_attention_heads: 3 }, /num_attention_heads is 3; it must be a divisor of hidden_size \(8\) where head_dim is absent/],
  [
    { ...lfm2, layer_types: ["conv", "mamba"] },
    /layer_types is \["conv","mamba"\]; it must be absent, or "conv" or "full_attention" for each of the 2 layers/,
  ],
  [{ ...lfm2, layer_types: ["conv"] }, /layer_types is \["conv"\]; it must be absent, or/],
  [{ ...lfm2, layer_types: null, full_attn_idxs: [0, 2] }, /full_attn_idxs is \[0,2\]; it must be absent, or a list of layers from 0 to 1/],
  [{ ...lfm2, conv_L_cache: 0 }, /conv_L_cache is 0; it must be a positive whole number, at most 64/],
  [{ ...lfm2, conv_dim: 16 }, /conv_dim is 16; it must be hidden_size \(8\), or absent/],
  [{ ...lfm2, num_heads: 4 }, /num_heads is 4; it must be num_attention_heads \(2\), or absent/],
  [{ ...lfm2, block_norm_eps: 1e-6 }, /block_norm_eps is 0\.000001; it must be norm_eps \(0\.00001\), or absent/],
  [{ ...lfm2, block_use_swiglu: false }, /block_use_swiglu is false; it must be true or absent/],
  [{ ...lfm2, use_pos_enc: false }, /use_pos_enc is false; it must be true or absent/],
  [{ ...lfm2, block_ffn_dim_multiplier: 0 }, /block_ffn_dim_multiplier is 0; it must be a number from 0\.001 to 1000/],
  [{ ...lfm2, block_ffn_dim_multiplier: 1e-3 }, /intermediate_size is 12; it must be such that the width made of it, here 0, is from 1 to/],
  [{ ...lfm2, rms_norm_eps: 1e-6 }, /rms_norm_eps is 0\.000001, and this model knows no such key/],
  [{ ...lfm2, hidden_act: "gelu" }, /hidden_act is "gelu", and this model knows no such key/],
  [{ ...lfm2, theta: 70, rope_parameters: { rope_theta: 80 } }, /rope_theta is 70 and rope_parameters\.rope_theta is 80; remove the one/],
  [{ ...lfm2, num_experts: 32 }, /num_experts is 32, and this model knows no such key/],
  [{ ...gemma2, hidden_act: "gelu" }, /hidden_act is "gelu"; it must be one of gelu_pytorch_tanh/],
  [{ ...gemma3, sliding_window: null }, /sliding_window is missing; it must be a positive whole number, or absent/],
  [{ ...gemma2, sliding_window_size: 8 }, /sliding_window_size is 8; it must be sliding_window \(16\), or absent/],
  [{ ...gemma2, rope_local_base_freq: 10_000 }, /rope_local_base_freq is 10000, and this model knows no such key/],
  [{ ...gemma3, query_pre_attn_scalar: 0 }, /query_pre_attn_scalar is 0; it must be a number from 0.000001 to 1000000/],
  [{ ...granite, logits_scaling: 0 }, /logits_scaling is 0; it must be a number from 0.000001 to 1000000/],
  [{ ...granite, embedding_multiplier: "12" }, /embedding_multiplier is "12"; it must be a number/],
  [
    { ...granite4, num_local_experts: undefined },
    /num_local_experts is missing; it must be 0, because mixtures of experts are not built here/,
  ],
  [{ ...granite4, num_hidden_layers: undefined }, /num_hidden_layers is missing; it must be a positive whole number/],
  [{ ...granite4, shared_intermediate_size: 2 ** 21 }, /shared_intermediate_size is 2097152; .* at most 1048576/],
  [{ ...granite4, num_local_experts: 62 }, /num_local_experts is 62; it must be 0/],
  [
    { ...granite4, layer_types: undefined },
    /layer_types is missing; it must be "attention" for each of the \d layers, because Mamba layers/,
  ],
  [{ ...granite4, layer_types: ["attention", "mamba"] }, /layer_types is \["attention","mamba"\]; it must be "attention" for each of the/],
  [
    { ...granite4, layer_types: ["attention", "attention"] },
    /layer_types is \["attention","attention"\]; it must be "attention" for each of the/,
  ],
  [{ ...granite4, position_embedding_type: "alibi" }, /position_embedding_type is "alibi"; it must be one of rope, nope/],
  [{ ...granite4, normalization_function: "layernorm" }, /normalization_function is "layernorm"; it must be one of rmsnorm/],
  [{ ...granite4, mlp_bias: true }, /mlp_bias is true, and this model knows no such key/],
  [{ ...granite, model_type: "llama" }, /embedding_multiplier is 12, and this model knows no such key/],
  [{ ...gemma3, use_bidirectional_attention: true }, /use_bidirectional_attention is true; it must be false/],
  [{ ...gemma3, hidden_activation: "gelu" }, /hidden_activation is "gelu"; it must be one of gelu_pytorch_tanh/],
  [
    { ...gemma3, layer_types: ["full_attention", "local"] },
    /layer_types is \["full_attention","local"\]; it must be absent, or "full_attention"/,
  ],
  [
    { ...gemma3, rope_parameters: { full_attention: { rope_type: "default", turns: 2 }, sliding_attention: { rope_type: "default" } } },
    /full_attention: rope_parameters\.turns is 2, and this model knows no such key/,
  ],
  [
    {
      ...gemma3,
      rope_parameters: { full_attention: { rope_theta: 5 }, sliding_attention: { rope_theta: 5 }, chunked_attention: {}, factor: 2 },
    },
    /rope_parameters\.factor is 2, and this model knows no such key/,
  ],
];

for (const [change, expected] of [...sizes, ...rope, ...other]) {
  test(`config.json with ${JSON.stringify(change).slice(0, 60)} is refused before anything is made`, () =>
    assert.throws(
      () => buildModel({ ...llama, ...change }),
      (error: Error) => {
        assert.match(error.message, expected);
        assert.ok(!error.message.includes("\n") && error.message.length < 500, error.message);
        return error.name === "EngineError";
      },
    ));
}

test("GPT-2's keys have ranges too, and what is right is built", () => {
  for (const [change, expected] of [
    [{ n_layer: 1e8 }, /n_layer is 100000000/],
    [{ n_head: 3 }, /n_head is 3; it must divide n_embd \(8\)/],
    [{ layer_norm_epsilon: -1 }, /layer_norm_epsilon is -1/],
    [{ layernorm_epsilon: 1e-6 }, /layernorm_epsilon is 0\.000001, .*; did you mean layer_norm_epsilon\?/],
    [{ activation_function: "relu" }, /activation_function is "relu"/],
    [{ activation_function: "gelu" }, /activation_function is "gelu"/],
    [{ scale_attn_weights: false }, /scale_attn_weights is false; it must be true or absent/],
    [{ scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx is true; it must be false or absent/],
    [{ add_cross_attention: true }, /add_cross_attention is true; it must be false or absent/],
    [{ n_ctx: 16 }, /n_ctx is 16; it must be n_positions \(32\), or absent/],
    [{ hidden_size: 16 }, /hidden_size is 16; it must be the same as n_embd, or absent/],
    [{ pruned_heads: { 0: [1] } }, /pruned_heads is/],
  ] as const)
    assert.throws(() => buildModel({ ...gpt2, ...change }), expected);
  assert.equal(buildModel(gpt2).vocabSize, 16);
  const { n_embd: hidden_size, n_positions: max_position_embeddings, ...rest } = gpt2;
  assert.equal(buildModel({ ...rest, hidden_size, max_position_embeddings }).contextLength, 32);
  assert.equal(buildModel({ ...llama, rope_scaling: llama3, rms_norm_eps: 1e-6, rope_theta: 5e5 }).contextLength, 32);
});

test("GPT-Neo's keys have ranges too, its layers have types that agree, and what is right is built", () => {
  for (const [change, expected] of [
    [{ num_heads: 3 }, /num_heads is 3; it must divide hidden_size \(8\)/],
    [{ num_attention_heads: 4 }, /num_attention_heads is 4; it must be the same as num_heads, or absent/],
    [{ num_hidden_layers: 3 }, /num_hidden_layers is 3; it must be the same as num_layers, or absent/],
    [{ window_size: 0 }, /window_size is 0; it must be a positive whole number/],
    [{ activation_function: "gelu" }, /activation_function is "gelu"; it must be one of gelu_new/],
    [{ layer_norm_eps: 1e-6 }, /layer_norm_eps is 0\.000001, .*; did you mean layer_norm_epsilon\?/],
    [
      { attention_types: undefined },
      /attention_types is missing; it must be a list such as .* that gives each of the 2 layers one of these/,
    ],
    [{ attention_types: [[["global", "local"], 2]] }, /attention_types is \[\[\["global","local"\],2\]\]; it must be a list/],
    [{ attention_types: [[["global"], 1]] }, /attention_types is \[\[\["global"\],1\]\]/],
    [{ attention_types: [[["global", "sparse"], 1]] }, /attention_types is/],
    [{ attention_types: [[[], 1e9]] }, /attention_types is/],
    [{ attention_types: ["global", "local"] }, /attention_types is/],
    [
      { attention_layers: ["global", "sparse"] },
      /attention_layers is .*; it must be absent, or "global" or "local" for each of the 2 layers/,
    ],
    [{ attention_layers: ["local", "global"] }, /attention_layers is .*; it must be what attention_types says, or absent/],
    [{ architectures: ["GPTNeoForSequenceClassification"] }, /architectures is .* GPTNeoForCausalLM, GPTNeoModel/],
  ] as const)
    assert.throws(() => buildModel({ ...gptNeo, ...change }), expected);
  assert.equal(buildModel(gptNeo).contextLength, 32);
  assert.equal(buildModel({ ...gptNeo, attention_types: undefined, attention_layers: ["local", "global"] }).vocabSize, 16);
  const { contextLength, vocabSize, hiddenSize } = buildModel({ model_type: "gpt_neo" });
  assert.deepEqual([contextLength, vocabSize, hiddenSize], [2048, 50_257, 2048]);
});
