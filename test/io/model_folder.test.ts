import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { convertFloats } from "../../src/io/convert_floats.ts";
import { configWithDtype } from "../../src/io/model_dtype.ts";
import { openModelFolder, readModelConfig } from "../../src/io/model_folder.ts";
import { type HostTensor, heldTensors, readSafetensors, readTensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { openSafetensors, type StoredTensor } from "../../src/io/tensor_source.ts";
import { writeModelTensors, writeTensors } from "../../src/io/write_tensors.ts";

const root = await mkdtemp(join(tmpdir(), "model_folder-"));
after(() => rm(root, { recursive: true }));
let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(root, "model-"));
  await writeFile(join(dir, "config.json"), "{}");
});

const floats = (...values: number[]): HostTensor => ({ dtype: "F32", shape: [values.length], data: Float32Array.from(values) });
const shard = (name: string, tensors: Record<string, HostTensor>) => writeSafetensors(join(dir, name), new Map(Object.entries(tensors)));
const index = (weight_map: unknown) => writeFile(join(dir, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
const read = async (): Promise<Record<string, number[]>> => {
  const { tensors } = await openModelFolder(dir);
  return Object.fromEntries([...(await readTensors(tensors, dir))].map(([name, { data }]) => [name, [...data]]));
};

/** One line of a FileError. */
async function refused(wanted: RegExp): Promise<void> {
  await assert.rejects(openModelFolder(dir), (error: Error) => {
    assert.equal(error.name, "FileError", String(error));
    assert.match(error.message, wanted);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

test("a byte order mark and line ends of Windows are no part of a config.json", async () => {
  await writeFile(join(dir, "config.json"), '\uFEFF{\r\n  "vocab_size": 3\r\n}\r\n');
  assert.deepEqual(await readModelConfig(dir), { vocab_size: 3 });
});

test("the index decides where a tensor lives that stands in two shards; a tensor that it leaves out is there all the same", async () => {
  await shard("one.safetensors", { a: floats(1), b: floats(-1), c: floats(3) });
  await shard("two.safetensors", { a: floats(-1), b: floats(2) });
  await index({ a: "one.safetensors", b: "two.safetensors" });
  assert.deepEqual(await read(), { a: [1], c: [3], b: [2] });
  await index({ b: "two.safetensors", a: "one.safetensors" });
  assert.deepEqual(await read(), { a: [1], c: [3], b: [2] });
  await shard("two.safetensors", { b: floats(2), c: floats(4) });
  await refused(/holds tensor "c" in two shards, and model\.safetensors\.index\.json does not say which/);
});

test("faults of an index and its shards are named in one line", async () => {
  await shard("one.safetensors", { a: floats(1, 2) });
  for (const [map, wanted] of [
    [undefined, /weight_map is undefined; a mapping from tensors to files is expected/],
    [["one.safetensors"], /weight_map is \["one\.safetensors"\]/],
    [{}, /weight_map is empty/],
    [{ a: 3 }, /names the shard 3;/],
    [{ a: ".." }, /names the shard "\.\."/],
    [{ a: "../one.safetensors" }, /names the shard "\.\.\/one\.safetensors"; the name of a file beside it is expected/],
    [{ a: "/etc/one.safetensors" }, /the name of a file beside it/],
    [{ a: "..\\one.safetensors" }, /the name of a file beside it/],
    [{ a: "C:one.safetensors" }, /the name of a file beside it/],
    [
      { a: "one.safetensors", b: "gone.safetensors" },
      /lacks the shard "gone\.safetensors" that model\.safetensors\.index\.json names; download it/,
    ],
    [{ a: "one.safetensors", b: "one.safetensors" }, /one\.safetensors lacks tensor "b" that model\.safetensors\.index\.json places there/],
  ] as const) {
    await index(map);
    await refused(wanted);
  }
  await index({ a: "one.safetensors" });
  await truncate(join(dir, "one.safetensors"), 80);
  await refused(/one\.safetensors is truncated/);
  await writeFile(join(dir, "one.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  await refused(/one\.safetensors cannot be read: it is a Git LFS pointer/);
});

test("weights in another form than safetensors are refused with the remedy", async () => {
  await refused(/holds neither model\.safetensors nor model\.safetensors\.index\.json/);
  await writeFile(join(dir, "pytorch_model.bin"), "x");
  await refused(/pytorch_model\.bin, which can hold programs and is not read; .*save_pretrained\(dir, safe_serialization=True\)/);
});

test("a tensor is read in pieces of whole groups of 8 bytes that hold its bytes in order", async () => {
  const data = Float32Array.from({ length: 600_001 }, (_, i) => i);
  await shard("model.safetensors", { before: floats(7), long: { dtype: "F32", shape: [data.length], data }, none: floats() });
  const { tensors } = await openModelFolder(dir);
  const sizes: number[] = [];
  const found: number[] = [];
  for await (const piece of tensors.get("long")!.pieces()) {
    sizes.push(piece.length);
    found.push(...new Float32Array(piece.slice().buffer).subarray(-1));
  }
  assert.ok(sizes.length > 1 && sizes.slice(0, -1).every((size) => size % 8 === 0), `pieces of ${sizes.join(", ")} bytes`);
  assert.equal(found.at(-1), 600_000);
  assert.deepEqual((await readTensors(tensors, dir)).get("long")!.data, data);
  await truncate(join(dir, "model.safetensors"), 1000);
  await assert.rejects(readTensors(tensors, dir), /model\.safetensors ended at byte 1000 while being read/);
});

test("shards are filled in order, named as Hugging Face names them, and read back; one tensor may exceed the limit", async () => {
  const tensors = new Map([
    ["a", floats(1, 2)],
    ["b", floats(3)],
    ["large", floats(...Array.from({ length: 9 }, (_, i) => i))],
    ["c", floats(4)],
  ]);
  const files = await writeModelTensors(dir, heldTensors(tensors), { shardBytes: 12 });
  const shards = [1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`);
  assert.deepEqual(Object.keys(files), [...shards, "model.safetensors.index.json"]);
  const { default: written } = await import(pathToFileURL(join(dir, "model.safetensors.index.json")).href, { with: { type: "json" } });
  assert.deepEqual(written, { metadata: { total_size: 52 }, weight_map: { a: shards[0], b: shards[0], large: shards[1], c: shards[2] } });
  assert.deepEqual(await readTensors((await openModelFolder(dir)).tensors, dir), tensors);
});

test("numbers are saved in the type of choice, rounded to nearest even, or refused where it cannot hold them", async () => {
  const path = join(dir, "x.safetensors");
  const values = floats(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -0.1);
  await writeTensors(path, heldTensors(new Map([["a", values]])), "bf16");
  const bf16 = await readSafetensors(path);
  assert.deepEqual(bf16.get("a"), { dtype: "BF16", shape: [4], data: Float32Array.of(1, 1, 1 + 2 ** -6, -0.10009765625) });
  await writeTensors(path, await openSafetensors(path).then(renamed), "f16");
  assert.equal((await readSafetensors(path)).get("a")!.dtype, "F16");
  const save = (value: number, type: "f16" | "bf16") => writeTensors(path, heldTensors(new Map([["big", floats(value)]])), type);
  await assert.rejects(save(70000, "f16"), /Tensor "big" holds 70000, which is too large for f16; save it as bf16 or f32/);
  await assert.rejects(save(3.4e38, "bf16"), /too large for bf16; save it as f32/);
  const whole: StoredTensor = heldTensors(new Map([["i", { shape: [1], data: Int32Array.of(1) }]])).get("i")!;
  await assert.rejects(writeTensors(path, new Map([["i", whole]]), "f32"), /Tensor "i" has dtype I32, which cannot be saved as f32/);
  const same = new Uint8Array(8);
  assert.equal(convertFloats(same, "F32", "f32", "a"), same);
});

/** The same tensors held in memory, because the file that they lie in is about to be written. */
async function renamed(tensors: ReadonlyMap<string, StoredTensor>): Promise<ReadonlyMap<string, StoredTensor>> {
  return heldTensors(await readTensors(tensors, "x"));
}

test("config.json states the type of the weights under the keys that it has", () => {
  assert.deepEqual(configWithDtype({ torch_dtype: "bfloat16", a: 1 }, "f32"), { torch_dtype: "float32", a: 1 });
  assert.deepEqual(configWithDtype({ dtype: "float32" }, "bf16"), { dtype: "bfloat16" });
  assert.deepEqual(configWithDtype({ dtype: "float32", torch_dtype: "float32" }, "f16"), { dtype: "float16", torch_dtype: "float16" });
  assert.deepEqual(configWithDtype({}, "f32"), {});
  assert.deepEqual(configWithDtype({}, "f16"), { torch_dtype: "float16" });
});

test("a bare name that is no folder may have been meant for the hub, whose names have an owner", async () => {
  const hint = /"gpt2" does not exist; give a folder with .*, or a model of the hub as owner\/name, such as openai-community\/gpt2\.$/;
  await assert.rejects(readModelConfig("gpt2"), hint);
  await assert.rejects(readModelConfig("./gpt2"), /"\.\/gpt2" does not exist; give a folder with config\.json and model\.safetensors\.$/);
});
