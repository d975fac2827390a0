import assert from "node:assert/strict";
import { test } from "node:test";
import { characterTokenizer, tokenizerFromFiles } from "../../src/data/tokenizer.ts";
import { withinVocabulary } from "../../src/data/within_vocabulary.ts";

const base = characterTokenizer("abcd$", { eos: "$" });

/** "abcd$" and one token more, as Gemma 3's tokenizer has <image_soft_token> behind the vocabulary of its text models. */
function withToken(special: boolean) {
  const definition = JSON.parse(base.files["tokenizer.json"]!) as Record<string, unknown>;
  const added_tokens = [{ id: 5, content: "<image>", special, normalized: false, single_word: false, lstrip: false, rstrip: false }];
  return tokenizerFromFiles({ ...base.files, "tokenizer.json": JSON.stringify({ ...definition, added_tokens }) });
}

test("a special token behind the model's vocabulary is no id of a text, and a text that spells it out is refused", () => {
  const whole = withToken(true);
  assert.deepEqual(whole.encode("a<image>b"), [0, 5, 1]);
  const fitting = withinVocabulary(whole, 5)!;
  assert.equal(fitting.vocabSize, 5);
  assert.deepEqual(fitting.encode("abd$"), [0, 1, 3, 4]);
  assert.equal(fitting.decode([0, 1]), "ab");
  assert.throws(() => fitting.encode("a<image>b"), /^Error: "a<image>b" holds "<image>", a token that the model does not have; remove it$/);
  assert.equal(fitting.files, whole.files);
});

test("a tokenizer that fits stays itself, and one with other tokens behind the vocabulary does not fit", () => {
  assert.equal(withinVocabulary(base, 5), base);
  assert.equal(withinVocabulary(withToken(false), 5), undefined);
  assert.equal(withinVocabulary(withToken(true), 4), undefined);
});
