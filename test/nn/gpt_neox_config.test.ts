import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";

const gptNeoX = {
  ...{ model_type: "gpt_neox", vocab_size: 16, hidden_size: 32, num_hidden_layers: 1, intermediate_size: 64 },
  ...{ num_attention_heads: 4, max_position_embeddings: 32, rotary_pct: 0.25 },
};

const REFUSED: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ num_attention_heads: 5 }, /num_attention_heads is 5; it must divide hidden_size \(32\)/],
  [{ hidden_act: "relu" }, /hidden_act is "relu"; it must be one of gelu, gelu_new/],
  [{ rotary_pct: 0 }, /rotary_pct is 0; it must be a number from 0\.001 to 1/],
  [{ rotary_pct: 0.2 }, /heads of 8, of which rotary_pct \(0\.2\) rotates 1; both must be even/],
  [{ rotary_pct: 0.5, partial_rotary_factor: 0.25 }, /rotary_pct is 0\.5 and partial_rotary_factor is 0\.25; remove the one/],
  [
    { rope_parameters: { partial_rotary_factor: 0.5 } },
    /rotary_pct is 0\.25 and rope_parameters\.partial_rotary_factor is 0\.5; remove the one/,
  ],
  [{ rotary_emb_base: 500, rope_theta: 1000 }, /rotary_emb_base is 500; it must be the same as rope_theta \(1000\), or absent/],
  [{ max_position_embeddings: 2 ** 20, hidden_size: 2048 }, /max_position_embeddings is 1048576; it must be at most/],
  [{ architectures: ["GPTNeoXForTokenClassification"] }, /architectures is .* GPTNeoXForCausalLM, GPTNeoXModel/],
  [{ rope_scaling: { type: "linear", factor: 2, share: 1 } }, /rope_scaling\.share is 1, and this model knows no such key/],
];

for (const [change, message] of REFUSED) {
  test(`a gpt_neox with ${JSON.stringify(change)} is refused`, () => {
    assert.throws(() => buildModel({ ...gptNeoX, ...change }), message);
  });
}

test("places that say the same load, and so does what Pythia's config.json says", () => {
  const both = { rotary_emb_base: 500, rope_parameters: { rope_theta: 500, partial_rotary_factor: 0.25 } };
  assert.equal(buildModel({ ...gptNeoX, ...both }).contextLength, 32);
  const pythia = {
    ...{ ...gptNeoX, architectures: ["GPTNeoXForCausalLM"], bos_token_id: 0, eos_token_id: 0, hidden_act: "gelu" },
    ...{ initializer_range: 0.02, layer_norm_eps: 1e-5, rotary_emb_base: 10_000, tie_word_embeddings: false, torch_dtype: "float16" },
    ...{ transformers_version: "4.24.0", use_cache: true, use_parallel_residual: true },
  };
  assert.equal(buildModel(pythia).hiddenSize, 32);
});
