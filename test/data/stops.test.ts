import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { endingsOf, stopTexts } from "../../src/data/stops.ts";
import { characterTokenizer, type Tokenizer } from "../../src/data/tokenizer.ts";
import { byteLevelTokenizer, kinds } from "./tiny_tokenizers.ts";

const modelOf = (tokenizer: Tokenizer, changes: object = {}) => ({
  tokenizer,
  config: {},
  generation: {},
  module: { vocabSize: tokenizer.vocabSize },
  ...changes,
});

test("a completion ends with every end token that the three files name", () => {
  const tokenizer = byteLevelTokenizer({ added: [{ content: "<e>", special: true }], config: { eos_token: "<e>" } });
  const ends = (changes: object): number[] => [...endingsOf(modelOf(tokenizer, changes), []).stopTokens].sort((a, b) => a - b);
  assert.deepEqual(ends({}), [256]);
  assert.deepEqual(ends({ config: { eos_token_id: 3 } }), [3, 256]);
  assert.deepEqual(ends({ config: { eos_token_id: [3, 4] }, generation: { eos_token_id: [4, 256, 7] } }), [3, 4, 7, 256]);
  assert.deepEqual(ends({ config: { eos_token_id: null }, generation: { eos_token_id: 0 } }), [0, 256]);
  for (const [changes, expected] of [
    [
      { config: { eos_token_id: 257 } },
      /^ConfigError: config\.json: eos_token_id is 257; it must be a token id from 0 to 256, or a list of them$/,
    ],
    [{ config: { eos_token_id: [1, "2"] } }, /config\.json: eos_token_id is "2"/],
    [{ generation: { eos_token_id: -1 } }, /generation_config\.json: eos_token_id is -1/],
  ] as const) {
    assert.throws(() => endingsOf(modelOf(tokenizer, changes), []), expected);
  }
});

test("ids of the model that the tokenizer lacks are banned, holes too", () => {
  const tokenizer = byteLevelTokenizer({ added: [{ id: 259, content: "<e>", special: true }] });
  const { bannedTokens } = endingsOf(modelOf(tokenizer, { module: { vocabSize: 264 } }), []);
  assert.deepEqual(bannedTokens, [256, 257, 258, 260, 261, 262, 263]);
  assert.deepEqual(endingsOf(modelOf(characterTokenizer("ab$")), ["$"]), { stopTokens: [2], bannedTokens: [] });
});

test("a text that one token alone writes is that token; a special token is never looked for in text", () => {
  const tokenizer = kinds["byte-level"]!;
  const special = endingsOf(modelOf(tokenizer), ["<end>"]);
  assert.deepEqual([special.stopTokens, special.stopAfter], [[tokenizer.vocabSize - 2], undefined]);
  const newline = endingsOf(modelOf(tokenizer), ["\n"]);
  assert.equal(newline.stopTokens.length, 1);
  const [two] = tokenizer.encode("\n\n");
  assert.equal(newline.stopAfter?.([...tokenizer.encode("ab"), two!], 0), 2, "inside the token of two newlines");
});

/** The least number of first tokens whose final text holds one of the texts, found by decoding all of them every time. */
function slowStop(tokenizer: Tokenizer, ids: readonly number[], stop: readonly string[]): number | undefined {
  const found = ids.findIndex((_, last) => {
    // A completion follows its prompt, so that its first token keeps its space.
    const [prompt] = tokenizer.encode("a", { specialTokens: false });
    const text = tokenizer.decode([prompt!, ...ids.slice(0, last + 1)], { specialTokens: true });
    return stop.some((one) => text.includes(one, tokenizer.decode([prompt!]).length));
  });
  return found < 0 ? undefined : found + 1;
}

const texts = ["END", "D.", ".E", "\n\n", "é", " a", "b a", "👩‍👧", "aé", "$"];

for (const [name, tokenizer] of Object.entries(kinds)) {
  test(`${name}: a stop text is found with the token that completes it, wherever it begins`, () => {
    const possible = texts.filter((text) => name !== "characters" || [...text].every((character) => "abE ND.\n$".includes(character)));
    const written = fc.array(fc.constantFrom(...possible, "ab", "E", "N", "xE", " ", "."), { maxLength: 8 }).map((parts) => {
      const alphabet = name === "characters" ? /[^abE ND.\n$]/g : /$^/g;
      return tokenizer.encode(parts.join("").replace(alphabet, ""), { specialTokens: false });
    });
    const drawn = fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 16 });
    fc.assert(
      fc.property(fc.oneof(written, drawn), fc.uniqueArray(fc.constantFrom(...possible), { minLength: 1, maxLength: 3 }), (ids, stop) => {
        const { stopTokens, stopAfter } = endingsOf(modelOf(tokenizer), stop);
        const byToken = ids.findIndex((id) => stopTokens.includes(id));
        const byText = stopAfter?.(ids, 0);
        // As a completion grows, whatever it grows by.
        const byParts = ids.map((_, i) => stopAfter?.(ids.slice(0, i + 1), i)).find((kept) => kept !== undefined);
        assert.equal(byParts, byText, `${JSON.stringify(stop)} in ${JSON.stringify(ids)}, token by token`);
        const first = Math.min(byToken < 0 ? Infinity : byToken + 1, byText ?? Infinity);
        assert.equal(first, slowStop(tokenizer, ids, stop) ?? Infinity, `${JSON.stringify(stop)} in ${JSON.stringify(ids)}`);
      }),
      { numRuns: 300 },
    );
  });
}

test("stop texts are a list without empty and repeated ones", () => {
  assert.deepEqual(stopTexts(""), []);
  assert.deepEqual(stopTexts(["$", "", "$", "END"]), ["$", "END"]);
  assert.throws(() => endingsOf(modelOf(kinds.characters!), ["\ufffd"]), /ConfigError: stop is .*; it must be a text of whole characters/);
});
