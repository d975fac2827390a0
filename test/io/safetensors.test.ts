import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type HostTensor, parseSafetensors, readSafetensors, serializeSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const folder = temporaryFolder("safetensors");
const STORIES = "models/stories260K/model.safetensors";

/** A safetensors file put together by hand. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
  return Buffer.concat([length, json, data]);
}

function one(dtype: string, data: Uint8Array, shape: number[]): HostTensor {
  return parseSafetensors(fileOf({ a: { dtype, shape, data_offsets: [0, data.length] } }, data), "x").get("a")!;
}

const tensor = fc.oneof(
  fc.float32Array().map((data): HostTensor => ({ dtype: "F32", shape: [data.length], data })),
  fc.int32Array().map((data): HostTensor => ({ dtype: "I32", shape: [1, data.length, 1], data })),
  fc.float().map((value): HostTensor => ({ dtype: "F32", shape: [], data: Float32Array.of(value) })),
);
const names = fc.oneof(fc.string(), fc.constantFrom("__proto__", "toString", "é")).filter((name) => name !== "__metadata__");

test("what is serialized is parsed back bit for bit, in memory and through a file", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name, maxLength: 6 }), async (pairs) => {
      const tensors = new Map(pairs);
      const bytes = serializeSafetensors(tensors);
      const path = join(folder, "round_trip.safetensors");
      await writeSafetensors(path, tensors);
      assert.deepEqual(new Uint8Array(await readFile(path)), bytes);
      for (const read of [parseSafetensors(bytes, "memory"), await readSafetensors(path)]) {
        assert.deepEqual([...read.keys()].sort(), [...tensors.keys()].sort());
        for (const [name, expected] of tensors) assert.deepEqual(read.get(name), expected);
      }
    }),
    { numRuns: 60 },
  );
});

test("a damaged file is refused with one line, or read, but never crashes otherwise", () => {
  const bytes = serializeSafetensors(new Map([["weight", { dtype: "F32", shape: [2, 3], data: new Float32Array(6) }]]));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (place, change, cut) => {
      const damaged = cut ? bytes.slice(0, place) : bytes.slice();
      if (!cut) damaged[place]! ^= change;
      try {
        parseSafetensors(damaged, "weights");
        assert(!cut, "a truncated file was accepted");
      } catch (error) {
        assert.equal((error as Error).name, "FileError", String(error));
        assert.doesNotMatch((error as Error).message, /\n/);
      }
    }),
  );
});

test("every dtype becomes float32 or int32 and keeps its name", () => {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);
  const half = one("F16", bytes(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0xfc00, 0x3555, 0x8000)), [2, 4]);
  assert.deepEqual([...half.data], [1, -2, 2 ** -24, 65504, Infinity, -Infinity, 0.333251953125, -0]);
  assert.equal(half.dtype, "F16");
  assert.deepEqual(half.shape, [2, 4]);
  assert.ok(Number.isNaN(one("F16", bytes(Uint16Array.of(0x7e00)), [1]).data[0]));
  assert.deepEqual(one("BF16", bytes(Uint16Array.of(0x3f80, 0xc040, 0x0000)), [3]).data, Float32Array.of(1, -3, 0));
  assert.deepEqual(one("F64", bytes(Float64Array.of(0.1, -5)), [2]).data, Float32Array.of(0.1, -5));
  assert.deepEqual(one("I64", bytes(BigInt64Array.of(-3n, 2147483647n)), [2]).data, Int32Array.of(-3, 2147483647));
  assert.deepEqual(one("U8", Uint8Array.of(0, 255), [2]).data, Int32Array.of(0, 255));
  assert.deepEqual(one("I8", Uint8Array.of(255), [1]).data, Int32Array.of(-1));
  assert.deepEqual(one("U32", bytes(Uint32Array.of(7)), [1]).data, Int32Array.of(7));
  assert.throws(() => one("U32", bytes(Uint32Array.of(2 ** 31)), [1]), /x: tensor "a" U32 holds a value outside the range of int32/);
  assert.throws(() => one("I64", bytes(BigInt64Array.of(2n ** 31n)), [1]), /outside the range/);
});

test("errors name the file, the tensor, what was expected and what was found", () => {
  const entry = (begin: number, end: number, shape = [(end - begin) / 4]) => ({ dtype: "F32", shape, data_offsets: [begin, end] });
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(3), /bad is truncated: it holds 3 bytes/],
    [fileOf({ a: entry(0, 8) }).slice(0, 20), /bad is truncated: its header needs \d+ bytes; the file holds 20/],
    [new Uint8Array(16).fill(255), /not a safetensors file: its header claims/],
    [fileOf("{nonsense"), /The header of bad is not valid JSON/],
    [fileOf("[1]"), /holds an array; a JSON object/],
    [fileOf({ a: entry(0, 8) }, new Uint8Array(4)), /truncated: tensor "a" ends at byte 8 of the data; the file holds 4/],
    [fileOf({ a: entry(0, 8), b: entry(4, 12) }, new Uint8Array(12)), /tensor "b" overlaps .* expected to begin at byte 8, found 4/],
    [fileOf({ a: entry(0, 4), b: entry(8, 12) }, new Uint8Array(12)), /tensor "b" leaves a gap .* byte 4, found 8/],
    [fileOf({ a: entry(0, 4) }, new Uint8Array(12)), /8 bytes follow the last tensor/],
    [fileOf({ a: entry(0, 8, [3]) }, new Uint8Array(8)), /tensor "a" F32 \[3\] needs 12 bytes; its offsets span 8/],
    [fileOf({ a: { ...entry(0, 4), dtype: "F8" } }, new Uint8Array(4)), /tensor "a" has dtype "F8"; allowed: F32, /],
    [fileOf({ a: { ...entry(0, 4), shape: [-1] } }, new Uint8Array(4)), /tensor "a" has shape \[-1\]/],
    [fileOf({ a: { dtype: "F32", shape: [1], data_offsets: [4, 0] } }, new Uint8Array(4)), /data_offsets \[4,0\]/],
    [fileOf({ a: null }), /tensor "a" has dtype undefined/],
  ];
  for (const [bytes, message] of cases) assert.throws(() => parseSafetensors(bytes, "bad"), message);
  const short: HostTensor = { dtype: "F32", shape: [3], data: new Float32Array(2) };
  assert.throws(() => serializeSafetensors(new Map([["a", short]])), /Tensor "a" \[3\] needs 3 values but holds 2/);
});

test("files are refused by name when missing, truncated or a folder", async () => {
  const path = join(folder, "cut.safetensors");
  await writeSafetensors(path, new Map([["a", { dtype: "F32", shape: [4], data: new Float32Array(4) }]]));
  await writeFile(path, (await readFile(path)).subarray(0, -4));
  await assert.rejects(readSafetensors(path), /cut\.safetensors is truncated: tensor "a"/);
  await assert.rejects(readSafetensors(join(folder, "none")), /none does not exist/);
  await assert.rejects(readSafetensors(folder), /is a folder; a file is expected/);
});

test("a real checkpoint is read whole", needsShared(STORIES), async () => {
  const stories = sharedPath(STORIES)!;
  const tensors = await readSafetensors(stories);
  assert.deepEqual(tensors.get("model.embed_tokens.weight")?.shape, [512, 64]);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  assert.equal(parameters, 260_032);
  assert.deepEqual(parseSafetensors(await readFile(stories), stories), tensors);
});
