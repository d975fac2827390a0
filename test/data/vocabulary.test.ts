import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenizerFromFiles } from "../../src/data/tokenizer.ts";

/** What the library asks for beside a vocabulary. */
const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: { type: "Fuse" } };
const read = (vocab: unknown, added_tokens: unknown = []) =>
  tokenizerFromFiles({ "tokenizer.json": JSON.stringify({ model: { type: "BPE", vocab, merges: [] }, added_tokens, ...parts }) });

const refused: [vocab: unknown, added: unknown, expected: RegExp][] = [
  [{ a: 2 ** 31 }, [], /token "a" has the id 2147483648; it must be a whole number from 0 to 16777215/],
  [{ a: -1 }, [], /token "a" has the id -1/],
  [{ a: 2.5 }, [], /token "a" has the id 2\.5/],
  [{ a: "0" }, [], /token "a" has the id "0"/],
  [{ a: null }, [], /token "a" has the id null/],
  [{ a: 0, b: 0 }, [], /tokens "a" and "b" both have the id 0; give each its own/],
  [{ a: 0 }, [{ content: "b", id: 0 }], /tokens "a" and "b" both have the id 0/],
  [{ a: 0 }, [{ content: "b", id: 1e8 }], /token "b" has the id 100000000/],
  [{ a: 0 }, [{ id: 1 }], /added_tokens is .*; it must be a list of objects with id and content/],
  [{}, [], /tokenizer\.json has no tokens/],
  [undefined, [], /model\.vocab is undefined/],
  [{ ["x".repeat(50_000)]: -1 }, [], /token "x{100,116}\.\.\. has the id -1/],
];

for (const [vocab, added, expected] of refused) {
  test(`ids such as ${JSON.stringify(vocab ?? null).slice(0, 40)} and ${JSON.stringify(added)} are refused by name`, () =>
    assert.throws(
      () => read(vocab, added),
      (error: Error) => error.name === "FileError" && expected.test(error.message) && error.message.length <= 500,
    ));
}

test("a token that stands twice in the text is refused; an added token that the vocabulary has too is not", () => {
  assert.throws(
    () => tokenizerFromFiles({ "tokenizer.json": '{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}' }),
    /has the key "a" twice/,
  );
  assert.equal(read({ a: 0, b: 1 }, [{ content: "b", id: 1, special: true }]).vocabSize, 2);
});
