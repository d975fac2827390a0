import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TokenizerLoader } from "@lenml/tokenizers";
import { tokenizerFromFiles } from "../../src/data/tokenizer.ts";

/** Texts that tokenizers get wrong. None changes under NFC, but for the last. */
const awkward = [
  "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 🇩🇪, 𝒳𝒴",
  "q\u0307\u0323 and n\u0303o".normalize("NFC"),
  "مرحبا بالعالم ١٢٣",
  "สวัสดีชาวโลก",
  "日本語のテキスト。漢字 한국어",
  "a\tb\n\nc\r\n  d   e\n",
  "12345678901 1,234.56 ½ ² ٣ Ⅷ",
  "<|im_start|>user\nhi<|im_end|><|endoftext|> <think>x</think><|eot_id|>",
  "Donaudampfschifffahrt".repeat(40),
  "it's I'LL don'T they'Re",
  " \u00a0nbsp \u3000ideographic\u0085nel\ufeffbom\u200bzero\u200dwidth\0",
  "   leading and trailing   ",
  "def f(x):\n    return x**2 # comment\n",
  "हिन्दी देवनागरी",
  "\ufffd",
  "e\u0301 is not é",
];

for (const name of ["qwen2_5", "llama3", "qwen3"]) {
  test(`${name}: ids are those of another implementation, and text comes back from them`, () => {
    const read = (file: string): string => readFileSync(`node_modules/@lenml/tokenizer-${name}/models/${file}`, "utf8");
    const files = { "tokenizer.json": read("tokenizer.json"), "tokenizer_config.json": read("tokenizer_config.json") };
    const started = performance.now();
    const tokenizer = tokenizerFromFiles(files);
    const loading = performance.now() - started;
    assert.ok(loading < 10_000, `loading took ${loading} ms`);
    const peer = TokenizerLoader.fromPreTrained({
      tokenizerJSON: JSON.parse(files["tokenizer.json"]),
      tokenizerConfig: JSON.parse(files["tokenizer_config.json"]),
    });
    for (const text of awkward) {
      const ids = tokenizer.encode(text, { specialTokens: false });
      assert.deepEqual(ids, peer.encode(text, { add_special_tokens: false }), JSON.stringify(text));
      const written = JSON.parse(files["tokenizer.json"]).normalizer === null ? text : text.normalize("NFC");
      const { push, end } = tokenizer.decoder({ specialTokens: true });
      const pieces = ids.map(push);
      assert.equal(pieces.join("") + end(), written, JSON.stringify(text));
      assert.equal(tokenizer.decode(ids, { specialTokens: true }), written);
    }
  });
}
