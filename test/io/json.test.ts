import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseExactJsonObject, parseJsonObject } from "../../src/io/json.ts";
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

test("whole numbers that a number does not hold exactly are bigints where they are asked for; texts and keys stay what they are", () => {
  const exact = (text: string) => parseExactJsonObject(text, "x.json");
  assert.deepEqual(exact('{"a":12345678901234567890,"b":[-9007199254740993,{"c":9007199254740991}]}'), {
    a: 12345678901234567890n,
    b: [-9007199254740993n, { c: 9007199254740991 }],
  });
  const fractions = '{"a":12345678901234567890.5,"b":12345678901234567e3,"c":0.12345678901234567890,"d":-0}';
  assert.deepEqual(exact(fractions), JSON.parse(fractions));
  const texts = '{"n1":"n1","1234567890123456789":"\\"1234567890123456789","__proto__":"t","i":"i2","x" : "","y":1234567890123456789}';
  const { y, ...others } = exact(texts);
  assert.equal(y, 1234567890123456789n);
  const { y: _, ...expected } = JSON.parse(texts) as Record<string, unknown>;
  assert.deepEqual(others, expected);
  assert.deepEqual(Object.keys(exact(texts)), Object.keys(JSON.parse(texts) as object));
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.bigInt(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("any"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value.any), (row) => {
      const text = jsonText(row);
      assert.deepEqual(exact(text), plain(row), text);
    }),
    { numRuns: 300 },
  );
});

/** JSON with bigints as digits. */
function jsonText(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(" , ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)} : ${jsonText(inner)}`)}}`;
}

/** The value as it is read back: what a number holds exactly is a number. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number") {
    const digits = JSON.stringify(value);
    return /^-?\d+$/.test(digits) ? plain(BigInt(digits)) : JSON.parse(digits);
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    { value: plain(inner), enumerable: true, writable: true, configurable: true },
  ]);
  return Object.defineProperties({}, Object.fromEntries(entries) as PropertyDescriptorMap);
}

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
