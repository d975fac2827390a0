import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { characterTokenizer, loadTokenizer } from "../../src/data/tokenizer.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const ALPHABET = "0123456789+-*=:$";
const STORIES = "models/stories260K";

async function saved(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = temporaryFolder("tokenizer");
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

test("a character tokenizer numbers its alphabet, and its files load as the same tokenizer", async () => {
  const tokenizer = characterTokenizer(ALPHABET, { eos: "$", pad: "$" });
  const loaded = await loadTokenizer(await saved(tokenizer.files));
  const { vocabSize, eosId, padId, bosId, files } = loaded;
  assert.deepEqual({ vocabSize, eosId, padId, bosId }, { vocabSize: 16, eosId: 15, padId: 15, bosId: undefined });
  assert.deepEqual(files, tokenizer.files);
  fc.assert(
    fc.property(fc.array(fc.nat(15)), (ids) => {
      const text = ids.map((id) => ALPHABET[id]).join("");
      for (const each of [tokenizer, loaded]) {
        assert.deepEqual(each.encode(text), ids);
        assert.equal(each.decode(ids), text);
        assert.equal(each.decode(Uint32Array.from(ids)), text);
      }
    }),
    { numRuns: 50 },
  );
});

test("characters outside the alphabet, repeated ones and unknown special ones are refused", async () => {
  const tokenizer = characterTokenizer("ab$", { eos: "$" });
  assert.throws(() => tokenizer.encode("abc"), /"c" in "abc" is not in the tokenizer's alphabet "ab\$"/);
  const loaded = await loadTokenizer(await saved(tokenizer.files));
  assert.throws(() => loaded.encode("a b"), /" " in "a b" is not/);
  assert.throws(() => characterTokenizer("aba"), /holds "a" twice/);
  assert.throws(() => characterTokenizer("ab", { eos: "$" }), /The eos token "\$" is not in the alphabet "ab"/);
});

test("a folder without a usable tokenizer is refused by name", async () => {
  await assert.rejects(loadTokenizer(await saved({})), /holds no tokenizer\.json/);
  await assert.rejects(loadTokenizer(await saved({ "tokenizer.json": "{" })), /tokenizer\.json is not valid JSON: Expected/);
  await assert.rejects(loadTokenizer(await saved({ "tokenizer.json": "{}" })), /tokenizer\.json: model\.vocab is undefined; save/);
});

test("a pretrained tokenizer agrees with its model", needsShared(STORIES), async () => {
  const tokenizer = await loadTokenizer(sharedPath(STORIES)!);
  assert.deepEqual(tokenizer.encode("Once upon a time"), [1, 403, 407, 261, 378]);
  assert.deepEqual(tokenizer.encode("Once upon a time", { specialTokens: false }), [403, 407, 261, 378]);
  const { vocabSize, eosId, bosId, padId } = tokenizer;
  assert.deepEqual({ vocabSize, eosId, bosId, padId }, { vocabSize: 512, eosId: 2, bosId: 1, padId: undefined });
  const text = "Once upon a time , there was a girl. She said: ☃ !";
  assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  assert.match(tokenizer.decode([1, 403], { specialTokens: true }), /^<s>/);
  const continuation = [403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426];
  assert.equal(tokenizer.decode(continuation), "Once upon a time, there was a little girl named Lily.");
});
