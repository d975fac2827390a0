import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";

const llama = {
  model_type: "llama",
  vocab_size: 16,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 32,
};
const gpt2 = { model_type: "gpt2", vocab_size: 16, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 32 };
const yarn = { type: "yarn", factor: 2 };
const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 };

const refused: [change: Record<string, unknown>, expected: RegExp][] = [
  [{ model_type: "constructor" }, /model_type is "constructor"; it must be one of gpt2, llama, qwen2, qwen3/],
  [{ model_type: "__proto__" }, /model_type is "__proto__"; it must be one of/],
  [{ model_type: "lama" }, /did you mean llama\?/],
  [{ model_type: undefined }, /model_type is missing/],
  [{ num_hidden_layers: 1e8 }, /num_hidden_layers is 100000000; it must be a positive whole number, at most 1024/],
  [{ max_position_embeddings: 1e7 }, /max_position_embeddings is 10000000; .* at most 1048576/],
  [{ max_position_embeddings: 2 ** 20, head_dim: 128 }, /max_position_embeddings is 1048576; .* at most 524288/],
  [{ vocab_size: 2 ** 31 }, /vocab_size is 2147483648; .* at most 16777216/],
  [{ hidden_size: 2.5 }, /hidden_size is 2\.5/],
  [{ hidden_size: "x".repeat(50_000) }, /hidden_size is "x{100,116}\.\.\.; it must be/],
  [{ num_attention_heads: 3 }, /head_dim is missing/],
  [{ num_key_value_heads: 4 }, /num_key_value_heads is 4; it must divide num_attention_heads \(2\)/],
  [{ head_dim: 3 }, /head_dim is 3; it must be even/],
  [{ rms_norm_eps: -1 }, /rms_norm_eps is -1; it must be a number from 1e-12 to 0\.1/],
  [{ rms_norm_eps: 0 }, /rms_norm_eps is 0/],
  [{ rms_norm_eps: 1e300 }, /rms_norm_eps is 1e\+300/],
  [{ rope_theta: 0 }, /rope_theta is 0; it must be a number from 1 to/],
  [{ rope_theta: -10_000 }, /rope_theta is -10000/],
  [{ initializer_range: 1e300 }, /initializer_range is 1e\+300/],
  [{ rope_scaling: { type: "linear", factor: 0 } }, /rope_scaling\.factor is 0; it must be a number from 1/],
  [{ rope_scaling: yarn }, /rope_scaling\.type is "yarn"; it must be one of default, linear, llama3/],
  [{ rope_scaling: "linear" }, /rope_scaling is "linear"; it must be absent or an object/],
  [{ rope_scaling: { ...llama3, high_freq_factor: 1 } }, /high_freq_factor is 1; it must be above low_freq_factor \(1\)/],
  [{ hidden_act: "gelu" }, /hidden_act is "gelu"; it must be one of silu, swish/],
  [{ mlp_bias: true }, /mlp_bias is true; it must be false/],
];

for (const [change, expected] of refused) {
  test(`config.json with ${JSON.stringify(change).slice(0, 60)} is refused before anything is made`, () =>
    assert.throws(() => buildModel({ ...llama, ...change }), expected));
}

test("GPT-2's keys have ranges too, and what is right is built", () => {
  for (const [change, expected] of [
    [{ n_layer: 1e8 }, /n_layer is 100000000/],
    [{ n_head: 3 }, /n_head is 3; it must divide n_embd \(8\)/],
    [{ layer_norm_epsilon: -1 }, /layer_norm_epsilon is -1/],
    [{ activation_function: "relu" }, /activation_function is "relu"/],
  ] as const)
    assert.throws(() => buildModel({ ...gpt2, ...change }), expected);
  assert.equal(buildModel(gpt2).vocabSize, 16);
  assert.equal(buildModel({ ...llama, rope_scaling: llama3, rms_norm_eps: 1e-6, rope_theta: 5e5 }).contextLength, 32);
});
