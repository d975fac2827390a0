import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { roundTo16, widenFrom16 } from "../../src/half_float.ts";
import { openModelFolder } from "../../src/io/model_folder.ts";
import { readSafetensors } from "../../src/io/safetensors.ts";
import { openSafetensors } from "../../src/io/tensor_source.ts";
import { writeTensors } from "../../src/io/write_tensors.ts";
import { loadParameters, readParameters } from "../../src/nn/load_parameters.ts";
import { placeModule } from "../../src/nn/place.ts";
import { storedParameters } from "../../src/nn/stored_parameters.ts";
import { streamParameters } from "../../src/nn/stream_parameters.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { floatsOf, type StoredTensor, type TensorSource } from "../../src/stored_tensor.ts";
import { smallModel } from "../small_policy.ts";
import { serveHub } from "./hub_server.ts";

const device = await openDevice();
const root = await mkdtemp(join(tmpdir(), "stream_model-"));
after(() => rm(root, { recursive: true }));
/** Odd sizes, and parts of fused matrices. */
const sizes = { num_hidden_layers: 2, num_key_value_heads: 1, hidden_size: 17, head_dim: 6, intermediate_size: 31 };
const model = await smallModel(device, { model_type: "qwen3", ...sizes, torch_dtype: "bfloat16" });
const own = await readParameters(model.placed);
const source = storedParameters(model.placed);
after(() => model.destroy());

/** A source with one tensor put in another's place. */
function changed(name: string, change: (tensor: StoredTensor) => Partial<StoredTensor>): TensorSource {
  const tensor = source.get(name)!;
  return new Map([...source, [name, { ...tensor, ...change(tensor) }]]);
}

for (const dtype of ["f32", "f16", "bf16"] as const) {
  test(`a model saved in ${dtype} and in shards loads as the numbers that this type holds`, async () => {
    const dir = join(root, dtype);
    await saveModel(dir, model, { dtype, shardBytes: 4000 });
    assert.ok((await readdir(dir)).includes("model-00002-of-00003.safetensors") || dtype === "f32", "there are shards");
    const { config, tensors } = await openModelFolder(dir);
    assert.equal(config.torch_dtype, { f32: "float32", f16: "float16", bf16: "bfloat16" }[dtype]);
    assert.deepEqual([...tensors.keys()].sort(), [...own.keys()].sort());
    assert.deepEqual(new Set([...tensors.values()].map((tensor) => tensor.dtype)), new Set([dtype.toUpperCase()]));
    const loaded = await loadModel(device, dir);
    const found = await readParameters(loaded.placed);
    for (const [name, { data }] of own) {
      const expected = dtype === "f32" ? data : widenFrom16(roundTo16(data, dtype), dtype);
      assert.deepEqual(found.get(name)!.data, expected, name);
    }
    loaded.destroy();
  });
}

test("doubles are rounded to single precision, and a checkpoint with one tensor in each type loads", async () => {
  const path = join(root, "doubles.safetensors");
  const name = "model.norm.weight";
  const doubles = Float64Array.from({ length: 17 }, (_, i) => 0.1 * i);
  const stored: StoredTensor = {
    dtype: "F64",
    shape: [17],
    pieces: async function* () {
      yield new Uint8Array(doubles.buffer);
    },
  };
  await writeTensors(path, new Map([[name, stored]]));
  assert.deepEqual((await readSafetensors(path)).get(name)!.data, Float32Array.from(doubles));
  const placed = placeModule(device, buildModel(model.config));
  await streamParameters(
    placed,
    changed(name, () => stored),
  );
  assert.deepEqual((await readParameters(placed)).get(name)!.data, Float32Array.from(doubles));
  placed.destroy();
});

test("16-bit words come to a frozen parameter of their type as they are, across rows of odd length and parts of fused matrices", async () => {
  for (const type of ["bf16", "f16"] as const) {
    const path = join(root, `frozen-${type}.safetensors`);
    await writeTensors(path, source, type);
    const bytes = await readFile(path);
    const placed = placeModule(device, buildModel(model.config), { frozen: () => type });
    await streamParameters(placed, await openSafetensors(path));
    // Vectors are kept in single precision, which holds every number of 16 bits.
    const again = join(root, `again-${type}.safetensors`);
    const inOrder = new Map([...source.keys()].map((name) => [name, storedParameters(placed).get(name)!]));
    await writeTensors(again, inOrder, type);
    assert.deepEqual(await readFile(again), bytes);
    placed.destroy();
  }
});

test("a checkpoint that does not fit is refused by name before a number is written", async () => {
  const name = "model.layers.1.self_attn.v_proj.weight";
  const refused = async (tensors: TensorSource, message: RegExp, error = "EngineError") => {
    const placed = placeModule(device, buildModel(model.config));
    await assert.rejects(streamParameters(placed, tensors, "here"), { name: error, message });
    placed.destroy();
  };
  const { [name]: _, ...others } = Object.fromEntries(source);
  await refused(new Map(Object.entries(others)), /here lacks tensor model\.layers\.1\.self_attn\.v_proj\.weight \[6, 17\]; it holds/);
  await refused(
    changed(name, () => ({ shape: [17, 6] })),
    /v_proj\.weight is \[17,6\]; this model needs \[6, 17\]/,
  );
  await refused(
    changed(name, () => ({ dtype: "I32" })),
    /v_proj\.weight has dtype "I32"; a parameter is read from F32, F16, BF16, F64/,
  );
  const twice = (tensor: StoredTensor) => ({
    pieces: async function* () {
      yield* tensor.pieces();
      yield* tensor.pieces();
    },
  });
  await refused(changed(name, twice), /v_proj\.weight \[6, 17\] needs 102 values; it holds 204/);
  await refused(
    changed(name, () => ({ pieces: async function* () {} })),
    /needs 102 values; it holds 0/,
  );
});

test("numbers that are not finite are counted in every type, over the pieces of a tensor", async () => {
  const name = "model.embed_tokens.weight";
  for (const dtype of ["F32", "F16", "BF16"] as const) {
    const halves = Uint16Array.of(0, dtype === "F16" ? 0x7c00 : 0x7f80, 0, dtype === "F16" ? 0xfe00 : 0xffc0);
    const piece = dtype === "F32" ? Float32Array.of(0, Infinity, 0, NaN) : halves;
    const { shape } = source.get(name)!;
    const values = shape[0]! * shape[1]!;
    const pieces = async function* () {
      for (let i = 0; i < values; i += 4) {
        const left = piece.slice(0, Math.min(4, values - i));
        yield new Uint8Array(i === 8 ? left.buffer : new ArrayBuffer(left.byteLength));
      }
    };
    for (const frozen of [undefined, "f16", "bf16"] as const) {
      const placed = placeModule(device, buildModel(model.config), { frozen: () => frozen });
      await assert.rejects(
        streamParameters(
          placed,
          changed(name, () => ({ dtype, pieces })),
          "here",
        ),
        {
          name: "NotFiniteError",
          message: `here: 2 numbers are not finite of ${values} in ${name}, first Infinity at 9; take another checkpoint`,
        },
      );
      placed.destroy();
    }
  }
});

test("numbers that 16 bits would round to infinity are refused by name, and those just below are kept", async () => {
  const [name] = [...source.keys()].filter((key) => source.get(key)!.shape.length === 2);
  const { shape } = source.get(name!)!;
  const holding = (value: number) => ({
    dtype: "F32",
    async *pieces() {
      yield new Uint8Array(new Float32Array(shape[0]! * shape[1]!).fill(-value, 3, 4).buffer);
    },
  });
  for (const [frozen, kept, refused] of [
    ["f16", 65519, 65520],
    ["bf16", 3.39e38, 3.4e38],
  ] as const) {
    const placed = placeModule(device, buildModel(model.config), { frozen: () => frozen });
    await streamParameters(
      placed,
      changed(name!, () => holding(kept)),
      "here",
    );
    await assert.rejects(
      streamParameters(
        placed,
        changed(name!, () => holding(refused)),
        "here",
      ),
      new RegExp(`here: tensor ${name} holds -[\\d.e+]+, which is too large for weights in ${frozen}; store them as`),
    );
    placed.destroy();
  }
});

test("a model whose numbers are too large for the type is not saved, and nothing is left of it", async () => {
  const large = await smallModel(device);
  const parameters = await readParameters(large.placed);
  const [name, { shape, data }] = [...parameters][0]!;
  loadParameters(large.placed, parameters.set(name, { shape, data: data.map((value, i) => (i === 5 ? 70000 : value)) }));
  const dir = join(root, "too-large");
  await assert.rejects(saveModel(dir, large, { dtype: "f16" }), { name: "FileError", message: /holds 70000, which is too large for f16/ });
  assert.ok(!(await readdir(root)).some((entry) => entry.includes("too-large")), "a folder is left");
  large.destroy();
});

test("a model is loaded from the hub by its name", async () => {
  const dir = join(root, "f32");
  const names = (await readdir(dir)).filter((file) => file !== "state.json");
  const files = Object.fromEntries(
    await Promise.all(names.map(async (file) => [file, new Uint8Array(await readFile(join(dir, file)))] as const)),
  );
  const hub = await serveHub({ "models/org/streamed": { commit: "89abcdef0123456789abcdef0123456789abcdef", files } });
  const before = { HF_ENDPOINT: process.env.HF_ENDPOINT, HF_HUB_CACHE: process.env.HF_HUB_CACHE };
  Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_HUB_CACHE: join(root, "hub") });
  try {
    const loaded = await loadModel(device, "org/streamed");
    assert.deepEqual(await readParameters(loaded.placed), own);
    loaded.destroy();
  } finally {
    hub.close();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test("what is read back from the device is in the order of the elements, over pieces of any size", async () => {
  for (const [name, tensor] of source) {
    const parts: number[] = [];
    for await (const piece of tensor.pieces()) parts.push(...floatsOf(piece, tensor.dtype)!);
    assert.deepEqual(Float32Array.from(parts), own.get(name)!.data, name);
  }
});
