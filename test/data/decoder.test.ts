import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { byteFallbackTokenizer, byteLevelTokenizer, kinds } from "./tiny_tokenizers.ts";

for (const [name, tokenizer] of Object.entries(kinds)) {
  test(`${name}: tokens one by one give the text of all tokens, and nothing that was given changes`, () => {
    const library = new LibraryTokenizer(JSON.parse(tokenizer.files["tokenizer.json"]!), {});
    fc.assert(
      fc.property(fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 24 }), fc.boolean(), (ids, specialTokens) => {
        const { push, end } = tokenizer.decoder({ specialTokens });
        const pieces = ids.map(push);
        const whole = pieces.join("") + end();
        assert.equal(whole, tokenizer.decode(ids, { specialTokens }), "one by one and at once");
        const options = { skip_special_tokens: !specialTokens, clean_up_tokenization_spaces: false };
        const theirs = ids.length === 0 ? "" : library.decode(ids, options);
        // The library drops a mark of byte order, which is a character like others here.
        assert.equal(whole.replaceAll("\ufeff", ""), theirs.replaceAll("\ufeff", ""), "here and in the library");
        assert.ok(!pieces.some((piece) => /[\ud800-\udbff]$|^[\udc00-\udfff]/.test(piece)), "half of a character was given");
      }),
      { numRuns: 200 },
    );
  });
}

test("bytes of a character wait until it is whole", () => {
  const family = "a👩‍👧é日";
  for (const [name, tokenizer] of [
    ["byte-level", byteLevelTokenizer()],
    ["byte fallback", byteFallbackTokenizer()],
  ] as const) {
    const { push, end } = tokenizer.decoder();
    const pieces = tokenizer.encode(family, { specialTokens: false }).map(push);
    assert.ok(pieces.length > family.length && pieces.every((piece) => !piece.includes("\ufffd")), `${name}: ${pieces}`);
    assert.ok(
      pieces.every((piece) => [...piece].length <= 1),
      `${name}: ${pieces}`,
    );
    assert.equal(pieces.join(""), family, name);
    assert.equal(end(), "");
  }
});

test("a character that is cut short is shown at the end, and where a special token follows", () => {
  const tokenizer = byteLevelTokenizer({ added: [{ content: "<end>", special: true }] });
  const [first] = tokenizer.encode("é");
  const end = tokenizer.vocabSize - 1;
  assert.equal(tokenizer.decode([first!]), "\ufffd");
  assert.equal(tokenizer.decode([first!, end], { specialTokens: true }), "\ufffd<end>");
  assert.equal(tokenizer.decode(tokenizer.encode("é").flatMap((id) => [id, end])), "é", "special tokens that are left out split nothing");
});

test("ids without a token have no text", () => {
  const tokenizer = byteLevelTokenizer({ added: [{ id: 300, content: "<far>", special: true }] });
  assert.equal(tokenizer.vocabSize, 301);
  assert.equal(tokenizer.token(280), undefined);
  assert.equal(tokenizer.decode([97, 280, 5000, 98]), tokenizer.decode([97, 98]));
});

test("only the first token of a text loses the space of Metaspace, and none where no space was put before it", () => {
  const decode = (scheme: object): string => {
    const sections = { pre_tokenizer: { type: "Metaspace", split: false, ...scheme }, decoder: { type: "Metaspace", ...scheme } };
    const tokenizer = byteFallbackTokenizer({ words: ["\u2581ab"], sections: { normalizer: null, ...sections } });
    const [bar] = tokenizer.encode(" ab", { specialTokens: false });
    return tokenizer.decode([bar!, bar!]);
  };
  assert.equal(decode({}), "ab ab");
  assert.equal(decode({ prepend_scheme: "never" }), " ab ab");
});
