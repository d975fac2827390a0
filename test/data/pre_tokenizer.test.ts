import assert from "node:assert/strict";
import { test } from "node:test";
import { byteCharacters, byteFallbackTokenizer, byteLevelTokenizer } from "./tiny_tokenizers.ts";

/**
 * How Hugging Face's tokenizers 0.20 cuts texts, worked out from its source. Every piece becomes one token here, because the vocabulary
 * knows every pair of neighbours: where two pieces meet, the tokens show it.
 */
function piecesOf(pre_tokenizer: unknown, text: string): string[] {
  const characters = [...new Set(text.replaceAll(" ", "\u2581"))];
  const words = new Set(characters);
  const all = [...text.replaceAll(" ", "\u2581")];
  const merges: [string, string][] = [];
  // Whatever merges come first, every substring of the text becomes one token.
  for (let length = 2; length <= all.length; length += 1) {
    for (let i = 0; i + length <= all.length; i += 1) {
      const part = all.slice(i, i + length);
      if (words.has(part.join(""))) continue;
      words.add(part.join(""));
      for (let cut = 1; cut < length; cut += 1) merges.push([part.slice(0, cut).join(""), part.slice(cut).join("")]);
    }
  }
  const vocab = Object.fromEntries([...words, "\u2581"].map((token, id) => [token, id]));
  const tokenizer = byteLevelTokenizer({
    sections: {
      normalizer: { type: "Replace", pattern: { String: " " }, content: "\u2581" },
      pre_tokenizer,
      decoder: { type: "Fuse" },
      model: { type: "BPE", vocab, merges, unk_token: "\u2581" },
      added_tokens: [],
    },
  });
  return tokenizer.encode(text, { specialTokens: false }).map((id) => tokenizer.token(id)!);
}

const split = (pattern: object, behavior: string, invert = false) => ({ type: "Split", pattern, behavior, invert });
const minus = { String: "-" };

const cases: [name: string, section: unknown, text: string, pieces: string[]][] = [
  ["digits of every script apart", { type: "Digits", individual_digits: true }, "a12٣b", ["a", "1", "2", "٣", "b"]],
  ["digits of every script together", { type: "Digits", individual_digits: false }, "a12٣½b", ["a", "12٣½", "b"]],
  ["punctuation marks apart", { type: "Punctuation" }, "a!?b«c", ["a", "!", "?", "b", "«", "c"]],
  ["punctuation together", { type: "Punctuation", behavior: "Contiguous" }, "a!?b", ["a", "!?", "b"]],
  ["words of every script", { type: "Whitespace" }, "é1日!?b", ["é1日", "!?", "b"]],
  ["isolated", split(minus, "Isolated"), "a--b", ["a", "-", "-", "b"]],
  ["isolated, inverted", split({ Regex: "[a-z]+" }, "Isolated", true), "ab-c", ["ab", "-", "c"]],
  ["removed", split(minus, "Removed"), "a--b", ["a", "b"]],
  ["removed, inverted", split({ Regex: "[a-z]+" }, "Removed", true), "ab-c", ["ab", "c"]],
  ["merged with previous", split(minus, "MergedWithPrevious"), "-a--b", ["-", "a-", "-", "b"]],
  ["merged with next", split(minus, "MergedWithNext"), "a--b-", ["a", "-", "-b", "-"]],
  ["contiguous", split(minus, "Contiguous"), "a--b", ["a", "--", "b"]],
  ["a pattern of marks", split({ String: ".(" }, "Isolated"), "a.(b.c", ["a", ".(", "b.c"]],
  [
    "in a row",
    { type: "Sequence", pretokenizers: [split(minus, "Removed"), { type: "Digits", individual_digits: true }] },
    "a12-b",
    ["a", "1", "2", "b"],
  ],
];

for (const [name, section, text, pieces] of cases) {
  test(`texts are cut as Hugging Face's own library cuts them: ${name}`, () => assert.deepEqual(piecesOf(section, text), pieces));
}

test("words of Metaspace never join, unless the tokenizer says so", () => {
  const words = ["\u2581a", "\u2581a\u2581", "\u2581a\u2581b"];
  const tokens = (section: object): string[] => {
    const tokenizer = byteFallbackTokenizer({ words, sections: { normalizer: null, pre_tokenizer: { type: "Metaspace", ...section } } });
    return tokenizer.encode("a b", { specialTokens: false }).map((id) => tokenizer.token(id)!);
  };
  assert.deepEqual(tokens({}), ["\u2581a", "\u2581", "b"]);
  assert.deepEqual(tokens({ split: false }), ["\u2581a\u2581b"]);
  assert.deepEqual(tokens({ add_prefix_space: false }), ["a", "\u2581", "b"]);
});

test("byte-level words end at the spaces of Unicode, of which U+0085 is one and U+FEFF none", () => {
  const spelled = (text: string): string[] => Array.from(new TextEncoder().encode(text), (byte) => byteCharacters[byte]!);
  const merges = ["!\u0085", "!\ufeff"].flatMap((text) => {
    const bytes = spelled(text);
    return bytes.slice(1).map((byte, i) => [bytes.slice(0, i + 1).join(""), byte] as const);
  });
  const vocab = Object.fromEntries([...byteCharacters, ...merges.map((pair) => pair.join(""))].map((token, id) => [token, id]));
  const tokenizer = byteLevelTokenizer({ sections: { model: { type: "BPE", vocab, merges } } });
  assert.equal(tokenizer.encode("!\u0085").length, 3, "the mark and the space are apart");
  assert.equal(tokenizer.encode("!\ufeff").length, 1);
});

test("what the library would get wrong in silence is refused by name", () => {
  for (const [sections, expected] of [
    [
      { normalizer: { type: "Sequence", normalizers: [{ type: "Precompiled" }] } },
      /normalizer is "Precompiled", which is not supported; use/,
    ],
    [{ added_tokens: [{ id: 300, content: "x", single_word: true }] }, /single_word of the added token "x" is true/],
    [
      { model: { type: "BPE", dropout: 0.1, vocab: { a: 0 }, merges: [] } },
      /model\.dropout is 0\.1, which is not supported; set it to null/,
    ],
    [{ model: { type: "BPE", continuing_subword_prefix: "##", vocab: { a: 0 }, merges: [] } }, /continuing_subword_prefix is "##"/],
    [{ post_processor: { type: "Gone" } }, /Unknown PostProcessor type: Gone/],
    [
      { post_processor: { type: "TemplateProcessing", single: [], pair: [], special_tokens: { a: { id: "a", ids: [3], tokens: ["a"] } } } },
      /post_processor gives "a" the ids \[3\]; the vocabulary gives it 97; make them agree/,
    ],
    [
      {
        post_processor: {
          type: "TemplateProcessing",
          single: [],
          pair: [],
          special_tokens: { zz: { id: "zz", ids: [3], tokens: ["zz"] } },
        },
      },
      /post_processor gives "zz" the ids \[3\]; the vocabulary lacks it/,
    ],
  ] as const) {
    assert.throws(
      () => byteLevelTokenizer({ sections }),
      (error: Error) => error.name === "FileError" && expected.test(error.message),
      JSON.stringify(sections),
    );
  }
});

test("tokenizer.json alone gives ids: what tokenizer_config.json says otherwise is refused by name, and its settings change nothing", () => {
  const added = [{ content: "<e>", special: true }];
  const make = (config: object) => byteLevelTokenizer({ added, config });
  const entry = (id: number, content: string) => ({ added_tokens_decoder: { [id]: { content, special: true } } });
  assert.throws(
    () => make(entry(257, "<e>")),
    /FileError: tokenizer_config\.json: added_tokens_decoder gives "<e>" the id 257; tokenizer\.json gives it 256/,
  );
  assert.throws(() => make(entry(97, "<x>")), /added_tokens_decoder gives "<x>" the id 97, which is "a" in tokenizer\.json/);
  assert.throws(
    () => make({ eos_token: "<gone>" }),
    /eos_token "<gone>" is no token of tokenizer\.json; name one that is, or leave it out/,
  );
  assert.equal(make({ ...entry(256, "<e>"), ...{ eos_token: "<e>" } }).eosId, 256);
  assert.equal(make(entry(300, "<x>")).vocabSize, 257);
  const plain = make({});
  for (const setting of [{ remove_space: true }, { do_lowercase_and_remove_accent: true }, { clean_up_tokenization_spaces: true }]) {
    const text = "É  a . it 's";
    const tokenizer = make(setting);
    assert.deepEqual(tokenizer.encode(text), plain.encode(text), JSON.stringify(setting));
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text, JSON.stringify(setting));
  }
});

test("bytes that the vocabulary lacks are refused, not dropped", () => {
  const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: [["a", "b"]] };
  const tokenizer = byteLevelTokenizer({ sections: { model, added_tokens: [{ id: 3, content: "<x>", special: true }] } });
  assert.deepEqual(tokenizer.encode("ab<x>a"), [2, 3, 0]);
  assert.throws(() => tokenizer.encode("abc"), /AlphabetError: "c" in "abc" is not in the tokenizer's alphabet of bytes; remove it/);
  const characters = byteLevelTokenizer({
    sections: { model, pre_tokenizer: null, added_tokens: [{ id: 3, content: "<x>", special: true }] },
  });
  assert.deepEqual(characters.encode("ab<x>a"), [2, 3, 0]);
  assert.throws(() => characters.encode("abc"), /AlphabetError: "c" in "abc" is not in the tokenizer's alphabet "ab"/);
});
