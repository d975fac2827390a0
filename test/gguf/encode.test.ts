import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { GgufTensor } from "../../src/io/gguf/encode.ts";
import { EXPORT_TYPES, type GgufTensorType } from "../../src/io/gguf/tensor_types.ts";
import { ggufTensors } from "../../src/io/gguf/tensors.ts";
import { bool, f32, f32s, i32s, string, strings, u32 } from "../../src/io/gguf/values.ts";
import { writeGguf } from "../../src/io/gguf/write.ts";
import { createRandom } from "../../src/random.ts";
import type { StoredTensor } from "../../src/stored_tensor.ts";
import { readGguf } from "./read_gguf.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-gguf-"));
after(() => rm(folder, { recursive: true, force: true }));

/** A tensor in pieces of `numbers` numbers, all of which lie in one buffer that every piece overwrites. */
function inPieces(shape: readonly number[], data: Float32Array, numbers: number): StoredTensor {
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const buffer = new Float32Array(numbers);
    for (let at = 0; at < data.length; at += numbers) {
      const part = data.subarray(at, at + numbers);
      buffer.set(part);
      yield new Uint8Array(buffer.buffer, 0, 4 * part.length);
    }
  }
  return { dtype: "F32", shape, pieces };
}

const random = createRandom(5);
const shape = [6, 64];
const data = Float32Array.from({ length: 6 * 64 }, (_, i) => (i < 32 ? 0 : i < 64 ? 1e-7 : 1) * random.normal());

async function written(type: GgufTensorType, values: Float32Array, piece = 10): Promise<Float64Array> {
  const path = join(folder, `${type}.gguf`);
  const before: GgufTensor = { name: "odd", shape: [3], type: "f32", source: inPieces([3], Float32Array.of(1, -2, 3), 2) };
  await writeGguf(path, { "general.alignment": u32(32) }, [before, { name: "a", shape, type, source: inPieces(shape, values, piece) }]);
  const { tensors } = await readGguf(path);
  assert.deepEqual([...tensors.get("odd")!.data], [1, -2, 3]);
  const { dimensions, data: found, type: foundType } = tensors.get("a")!;
  assert.equal(foundType, type.toUpperCase());
  assert.deepEqual(dimensions, [64, 6]);
  return found;
}

/** The largest error that rounding to the nearest may make. */
const allowed: Readonly<Record<GgufTensorType, (value: number, largest: number) => number>> = {
  f32: () => 0,
  f16: (value) => Math.max(Math.abs(value) * 2 ** -11, 2 ** -25),
  bf16: (value) => Math.abs(value) * 2 ** -8,
  // Half a step, and what rounding the step itself to f16 adds to 127 of them.
  q8_0: (_, largest) => (largest / 127) * (0.5 + 1e-3) + 127 * Math.max((largest / 127) * 2 ** -11, 2 ** -25),
};

for (const type of EXPORT_TYPES) {
  test(`${type} rounds every number to the nearest, whatever pieces it comes in`, async () => {
    const found = await written(type, data);
    data.forEach((value, i) => {
      const block = data.subarray(i - (i % 32), i - (i % 32) + 32);
      const largest = Math.max(...block.map(Math.abs));
      const error = Math.abs(found[i]! - value);
      assert.ok(error <= allowed[type](value, largest), `${value} at ${i} became ${found[i]}`);
    });
    assert.deepEqual(await written(type, data, 384), found);
  });
}

test("q8_0 rounds halves away from zero", async () => {
  const values = Float32Array.from({ length: 384 }, (_, i) => (i % 32 === 0 ? 127 : ((i % 32) - 16) / 2));
  const found = await written("q8_0", values);
  assert.deepEqual(
    [...found.subarray(1, 32)],
    [...values.subarray(1, 32)].map((value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5)),
  );
});

test("a number beyond the range of f16 is refused by name, and nothing is left written", async () => {
  const path = join(folder, "large.gguf");
  const large = Float32Array.from(data, (value, i) => (i === 100 ? 7e4 : value));
  const tensor = { name: "a", shape, type: "f16" as const, source: inPieces(shape, large, 64) };
  await assert.rejects(writeGguf(path, {}, [tensor]), /Tensor "a" holds 70000, which is too large for f16; save it as bf16 or f32/);
  const scaled = {
    ...tensor,
    type: "q8_0" as const,
    source: inPieces(
      shape,
      large.map((value) => value * 1e5),
      64,
    ),
  };
  await assert.rejects(writeGguf(path, {}, [scaled]), /too large for f16/);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes("large")),
    [],
  );
  await assert.rejects(writeGguf(folder, {}, []), /is a folder; give the name of a file/);
  const other = join(folder, "other.txt");
  await writeFile(other, "GGU is no magic word");
  await assert.rejects(writeGguf(other, {}, []), /other\.txt exists and is no GGUF file; choose another name, or remove it/);
  for (const before of ["", "GGUF and more"]) {
    await writeFile(other, before);
    assert.ok((await writeGguf(other, {}, [])) > 0);
  }
});

test("values of every type and texts of any script come back", async () => {
  const path = join(folder, "values.gguf");
  const values = {
    "general.architecture": string("llama"),
    count: u32(4294967295),
    eps: f32(1e-5),
    flag: bool(true),
    tokens: strings(["", "Ġé", "中文", "😀", "x".repeat(70_000)]),
    kinds: i32s([1, -6]),
    scores: f32s([0, -1.5]),
  };
  await writeGguf(path, values, []);
  const { metadata } = await readGguf(path);
  for (const [key, { value }] of Object.entries(values)) {
    assert.deepEqual(metadata[key], key === "eps" ? Math.fround(1e-5) : value, key);
  }
});

test("llama's queries and keys are turned by neighbours as they were by halves", async () => {
  const [heads, width, columns] = [3, 8, 2];
  const weights = Float32Array.from({ length: heads * width * columns }, () => random.normal());
  const name = "model.layers.0.self_attn.k_proj.weight";
  const source = inPieces([heads * width, columns], weights, 4);
  const [tensor] = ggufTensors(new Map([[name, source]]), { architecture: "llama", heads: 2 * heads, keyValueHeads: heads }, "f32");
  const paired = tensor!.rearrange!(new Float32Array(weights));
  const [cosine, sine] = [0, 1, 2, 3].reduce<[number[], number[]]>(
    ([c, s], i) => [
      [...c, Math.cos(1 + i)],
      [...s, Math.sin(1 + i)],
    ],
    [[], []],
  );
  const at = (values: Float32Array, head: number, row: number, column: number): number => values[(head * width + row) * columns + column]!;
  for (let head = 0; head < heads; head += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (let i = 0; i < width / 2; i += 1) {
        const halves = at(weights, head, i, column) * cosine[i]! - at(weights, head, i + width / 2, column) * sine[i]!;
        const neighbours = at(paired, head, 2 * i, column) * cosine[i]! - at(paired, head, 2 * i + 1, column) * sine[i]!;
        assert.equal(neighbours, halves);
      }
    }
  }
});
