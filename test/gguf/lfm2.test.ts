import assert from "node:assert/strict";
import { test } from "node:test";
import { ggufShape } from "../../src/node/gguf_metadata.ts";
import { bases, llama3 } from "../families/forms.ts";

test("LFM2's metadata says by key heads which layers are convolutions", () => {
  const { architecture, metadata } = ggufShape(bases.lfm2!);
  assert.equal(architecture, "lfm2");
  const said = (key: string): unknown => metadata[`lfm2.${key}`];
  assert.deepEqual(said("attention.head_count_kv"), { type: "i32s", value: [0, 2, 0] });
  assert.deepEqual(said("shortconv.l_cache"), { type: "u32", value: 3 });
  assert.deepEqual(said("feed_forward_length"), { type: "u32", value: 27 });
});

test("an LFM2 that llama.cpp would not compute is refused in one line", () => {
  for (const [change, expected] of [
    [{ conv_bias: true }, /conv_bias is true; llama\.cpp's lfm2 has no biases, so the model has no GGUF file$/],
    [{ conv_L_cache: 1 }, /conv_L_cache is 1; llama\.cpp's lfm2 takes two tokens or more/],
    [{ head_dim: 4 }, /head_dim is 4; llama\.cpp's lfm2 shares hidden_size \(24\) out among heads/],
    [{ layer_types: ["conv", "conv", "conv"] }, /layer_types is \["conv",.*; llama\.cpp's lfm2 has layers of both kinds/],
    [{ rope_scaling: llama3 }, /rope_type is "llama3"; llama\.cpp's lfm2 does not read its factors/],
  ] as const) {
    assert.throws(() => ggufShape({ ...bases.lfm2, ...change }), { name: "EngineError", message: expected });
  }
});
