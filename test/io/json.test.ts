import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJsonObject } from "../../src/io/json.ts";
import { parseSafetensors } from "../../src/io/safetensors.ts";

const LFS =
  "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

test("a key that stands twice in one object is refused; the same key in two objects, or as a text, is not", () => {
  for (const text of ['{"a":1,"a":2}', '{"b":{"c":1, "c" :2}}', '{"a":[{"x":1,"x":1}]}', '{"a":1,"\\u0061":2}', '{"\\"":1,"\\"":2}'])
    assert.throws(() => parseJsonObject(text, "x.json"), /x\.json has the key ".*" twice in one object/, text);
  for (const text of ['{"a":{"a":1},"b":{"a":"a"}}', '{"a":["a","a"],"b":"a"}', '{"a:":1,"a":"\\":"}'])
    assert.deepEqual(parseJsonObject(text, "x.json"), JSON.parse(text));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(parseJsonObject(text, "x.json"), JSON.parse(text), text);
    }),
    { numRuns: 200 },
  );
});

test("what is no object, and what Git LFS left, is named", () => {
  assert.throws(() => parseJsonObject("[1]", "x.json"), /x\.json holds an array; a JSON object is expected/);
  assert.throws(() => parseJsonObject(`"${"y".repeat(50_000)}"`, "x.json"), /^FileError: x\.json holds "y{100,116}\.\.\.; a JSON/);
  assert.throws(() => parseJsonObject(LFS, "config.json"), /config\.json is not valid JSON.*it is a Git LFS pointer.*git lfs pull/);
  assert.throws(
    () => parseSafetensors(new TextEncoder().encode(LFS), "model.safetensors"),
    /model\.safetensors cannot be read: it is a Git LFS pointer/,
  );
});

test("a safetensors header with a repeated tensor is refused, where the last one would win in silence", () => {
  const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const header = new TextEncoder().encode(`{"a":${entry},"a":${entry}}`);
  const bytes = new Uint8Array(8 + header.length + 4);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  assert.throws(() => parseSafetensors(bytes, "model.safetensors"), /has the key "a" twice in one object/);
});
