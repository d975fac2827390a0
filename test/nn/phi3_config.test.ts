import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";

const phi3 = {
  ...{ model_type: "phi3", vocab_size: 16, hidden_size: 32, num_hidden_layers: 1, intermediate_size: 24 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64 },
};
const longrope = { type: "longrope", short_factor: [1, 1.5, 2, 4], long_factor: [1, 2, 8, 32] };

const REFUSED: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ partial_rotary_factor: 0.4 }, /partial_rotary_factor is 0\.4; it must be a part of head_dim \(8\) that is an even number/],
  [{ rope_scaling: { type: "longrope" } }, /rope_scaling\.short_factor is missing; it must be a list of 4 factors/],
  [{ rope_scaling: { ...longrope, short_factor: [1, 1, 1] } }, /rope_scaling\.short_factor is \[1,1,1\]; it must be a list of 4/],
  [{ rope_scaling: { ...longrope, long_factor: [1, 1, 1, 0] } }, /rope_scaling\.long_factor is \[1,1,1,0\]/],
  [{ rope_scaling: { ...longrope, long_mscale: 1.2 } }, /rope_scaling\.long_mscale is 1\.2, and this model knows no such key/],
  [{ partial_rotary_factor: 0.5, rope_scaling: longrope }, /rope_scaling\.short_factor is .*; it must be a list of 2 factors/],
  [{ attention_bias: true }, /attention_bias is true/],
  [{ lm_head_bias: true }, /lm_head_bias is true, and this model knows no such key/],
];

for (const [change, message] of REFUSED) {
  test(`a phi3 with ${JSON.stringify(change)} is refused`, () => {
    assert.throws(() => buildModel({ ...phi3, ...change }), message);
  });
}

test("with longrope no sequence is longer than the original context, where other factors would hold", () => {
  assert.equal(buildModel({ ...phi3, rope_scaling: longrope }).contextLength, 64);
  assert.equal(buildModel({ ...phi3, original_max_position_embeddings: 16, rope_scaling: longrope }).contextLength, 16);
  const inside = { rope_parameters: { ...longrope, type: undefined, rope_type: "longrope", original_max_position_embeddings: 16 } };
  assert.equal(buildModel({ ...phi3, ...inside }).contextLength, 16);
  assert.equal(buildModel({ ...phi3, max_position_embeddings: 8192, rope_scaling: longrope }).contextLength, 4096, "as Phi3Config has it");
});

test("what the config.json of Phi-4-mini says loads, but for the code that it names", () => {
  const published = {
    ...{ ...phi3, architectures: ["Phi3ForCausalLM"], attention_bias: false, attention_dropout: 0.0, bos_token_id: 199999 },
    ...{ embd_pdrop: 0.0, eos_token_id: 199999, full_attn_mod: 1, hidden_act: "silu", interpolate_factor: 1, lm_head_bias: false },
    ...{ mlp_bias: false, original_max_position_embeddings: 16, pad_token_id: 199999, partial_rotary_factor: 0.75, resid_pdrop: 0.0 },
    ...{ rms_norm_eps: 1e-5, rope_scaling: { ...longrope, short_factor: [1, 1, 1], long_factor: [1, 2, 3] }, rope_theta: 10000.0 },
    ...{ sliding_window: 262144, tie_word_embeddings: true, torch_dtype: "bfloat16", use_cache: true },
  };
  assert.equal(buildModel(published).contextLength, 16);
  const auto_map = { AutoConfig: "configuration_phi3.Phi3Config" };
  assert.throws(() => buildModel({ ...published, auto_map }), /auto_map .*; it must be absent, because a model's own code is not run/);
});
