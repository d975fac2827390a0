import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { createNanCheck, firstNotFinite } from "../../src/gpu/nan_check.ts";
import { differentiate } from "../../src/graph/differentiate.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input, scope } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { causalAttention, type OperandSharing } from "../../src/ops/causal_attention.ts";
import { decodeAttention } from "../../src/ops/decode_attention.ts";
import { embedding } from "../../src/ops/embedding.ts";
import { lowRank } from "../../src/ops/low_rank.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { rope } from "../../src/ops/rope.ts";
import { isSlowAdapter } from "../slow_adapter.ts";

const CAPACITY = 70;
const devices: Device[] = [];
const open = async (options: Parameters<typeof openDevice>[0]): Promise<Device> => {
  devices.push(await openDevice(options));
  return devices.at(-1)!;
};
after(() => {
  for (const device of devices) device.destroy();
});

/** y = table[tokens] (1 + weight), of a dynamic number of rows of three. */
function buildProduct(device: Device) {
  return buildPlan(device, "product", () => {
    const rows = runScalar("rows", CAPACITY);
    const x = embedding(input("tokens", [rows], "u32"), input("table", [4, 3]));
    const y = scope("layers.1", () => multiply(x, add(x, input("weight", [rows, 3]))));
    return { keep: [y] };
  });
}

async function check(device: Device, weight: Float32Array, rows: number): Promise<void> {
  const plan = await buildProduct(device);
  plan.poison();
  const nanCheck = await createNanCheck(device);
  nanCheck.place = "step 3";
  const tokens = new Uint32Array(rows).fill(1);
  const inputs = { tokens, table: new Float32Array(12).fill(1e30), weight };
  try {
    plan.run({ scalars: { rows }, inputs });
    await nanCheck.settled();
    await plan.read(plan.result.keep);
  } finally {
    nanCheck.destroy();
    plan.destroy();
  }
}

for (const options of [{}, { immediates: false }]) {
  const name = JSON.stringify(options);

  test(`finite numbers pass, whatever lies beyond the rows in use, ${name}`, async () => {
    const device = await open(options);
    // 1e30 * 1e30 would overflow in every row that is multiplied.
    await check(device, new Float32Array(5 * 3).fill(-1e30), 5);
    device.assertHealthy();
    assert.equal(device.observer, undefined);
  });

  test(`NaN and infinity are found where they begin, ${name}`, async () => {
    const weight = new Float32Array(60 * 3).fill(-1e30);
    weight[20 * 3 + 2] = Number.NaN;
    weight[41 * 3] = Number.POSITIVE_INFINITY;
    await assert.rejects(check(await open(options), weight, 60), {
      name: "EngineError",
      message: "step 3: elementwise/add (add layers.1) wrote 2 non-finite values to y [N, C]; first at row 20, column 2",
    });
    weight.fill(1e30);
    await assert.rejects(check(await open(options), weight, 60), {
      message: /^step 3: elementwise\/multiply \(multiply layers\.1\) wrote 180 non-finite values to y .*; first at row 0, column 0$/,
    });
  });
}

test("the next read back throws and gives no numbers", async () => {
  const device = await open({});
  const plan = await buildProduct(device);
  await createNanCheck(device);
  plan.run({
    scalars: { rows: 1 },
    inputs: { tokens: Uint32Array.of(0), table: new Float32Array(12), weight: Float32Array.of(0, Number.NaN, 0) },
  });
  await assert.rejects(plan.read(plan.result.keep), /^EngineError: before the first step: .* wrote 1 non-finite value to y/);
});

/** Rows of a table in two pieces, and their product with it, whose columns are joined from two. */
function tableInPieces() {
  const pieces = [input("first", [4, 8]), input("second", [3, 8])];
  const rows = embedding(input("tokens", [5], "u32"), { pieces });
  const matrix = { tensor: pieces[0]!, pieces };
  return { keep: [matmul(rows, matrix, { layout: "NT", valid: 7 }), matmul(rows, matrix, { layout: "NT" })] };
}

/** A row of many positions and one of few, cut into parts that the second row has nothing for. */
function decodedInParts() {
  const layout = { heads: 2, keyValueHeads: 1, headDim: 4 };
  const [cacheKeys, cacheValues] = ["keys", "values"].map((name) => input(name, [400, 1, 4])) as [Tensor, Tensor];
  const [origin, positions] = ["origin", "positions"].map((name) => input(name, [2], "u32")) as [Tensor, Tensor];
  const rows = { cacheKeys, cacheValues, origin, positions, prompt: input("prompt", [2, 2], "u32") };
  return { keep: [decodeAttention(input("qkv", [2, 16]), rows, { layout, length: 300, way: "positions" })] };
}

const PARTLY_WRITTEN = {
  "a table in pieces": { build: tableInPieces, inputs: { tokens: Uint32Array.of(0, 5, 6, 2, 4) } },
  "parts of positions": { build: decodedInParts, inputs: { origin: Uint32Array.of(0, 300), positions: Uint32Array.of(299, 2) } },
};

for (const [name, { build, inputs }] of Object.entries(PARTLY_WRITTEN)) {
  test(`memory that a kernel leaves alone may hold anything: ${name}`, async () => {
    const device = await open({});
    const plan = await buildPlan(device, name, build);
    plan.poison();
    const nanCheck = await createNanCheck(device);
    plan.run({ inputs });
    await nanCheck.settled();
    const results = await plan.read(plan.result.keep);
    assert.ok(results.flatMap((values) => [...values].slice(0, 7)).every(Number.isFinite));
    nanCheck.destroy();
    plan.destroy();
  });
}

const ROWS = 8;
const ROW_INPUTS = { sequence_start: new Uint32Array(ROWS), sequence_end: new Uint32Array(ROWS).fill(ROWS) };

/** The gradients that begin with the input `seed` of y's shape. */
function gradientsOf(y: Tensor, wanted: readonly Tensor[]) {
  const gradients = differentiate({ seeds: new Map([[y, input("seed", y.shape)]]), sinks: new Map(), wanted, add, addOnto });
  return { keep: wanted.map((tensor) => gradients.get(tensor)!) };
}

function attended(qkv: Tensor, keyValueHeads: number, sharing: OperandSharing): Tensor {
  const [sequenceStart, sequenceEnd] = ["sequence_start", "sequence_end"].map((name) => input(name, [ROWS], "u32")) as [Tensor, Tensor];
  return causalAttention(qkv, { sequenceStart, sequenceEnd }, { heads: 2, keyValueHeads, headDim: 8 }, { sharing });
}

function attentionGradient(keyValueHeads: number, sharing: OperandSharing) {
  const width = (2 + 2 * keyValueHeads) * 8;
  const build = () => {
    const qkv = input("qkv", [ROWS, width]);
    return gradientsOf(attended(qkv, keyValueHeads, sharing), [qkv]);
  };
  return { build, inputs: { ...ROW_INPUTS, qkv: new Float32Array(ROWS * width).fill(0.1) } };
}

function lowRankGradient(of: "h" | "b") {
  const build = () => {
    const tensors = { h: input("h", [ROWS, 8]), b: input("b", [16, 4]) };
    const parts = [0, 8].map((column) => ({ column, columns: 8, scale: 1 }));
    return gradientsOf(lowRank(input("y", [ROWS, 16]), tensors.h, tensors.b, parts), [tensors[of]]);
  };
  return { build, inputs: { y: new Float32Array(ROWS * 16), h: new Float32Array(ROWS * 8), b: new Float32Array(64) } };
}

/** What gradients are made of, all but the seed. */
const IN_PARTS = {
  "attention by shuffles": attentionGradient(2, "shuffles"),
  "attention by tiles": attentionGradient(2, "tiles"),
  "attention of grouped heads by tiles": attentionGradient(1, "tiles"),
  "the first halves of two adapters": lowRankGradient("h"),
  "the second halves of two adapters": lowRankGradient("b"),
};

for (const [name, { build, inputs }] of Object.entries(IN_PARTS)) {
  const skip = isSlowAdapter && name.endsWith("by tiles") && "SwiftShader compiles it for seven seconds";
  test(`a gradient that several launches write is searched once it is whole: ${name}`, { skip }, async () => {
    const device = await open({});
    const plan = await buildPlan(device, name, build);
    const run = async (value: number) => {
      plan.run({ inputs: { ...inputs, seed: new Float32Array(ROWS * 16).fill(value) } });
      return (await plan.read(plan.result.keep)).flatMap((values) => [...values]);
    };
    assert.ok((await run(Number.NaN)).every(Number.isNaN), "the memory of every part holds NaN");
    assert.equal(await firstNotFinite(device, name, () => run(1)), undefined);
    assert.ok((await run(1)).every(Number.isFinite));
    assert.match((await firstNotFinite(device, name, () => run(Number.NaN)))!, /_backward/);
    plan.destroy();
  });
}

test("a failing step that is repeated is blamed on the same kernel", async () => {
  const device = await open({});
  const plan = await buildPlan(device, "stack", () => {
    const x = input("x", [ROWS, 16]);
    const weight = input("weight", [48, 16]);
    const layer = (i: number, y: Tensor): Tensor =>
      scope(`layers.${i}`, () => attended(matmul(y, weight, { layout: "NT" }), 2, "shuffles"));
    const hidden = layer(0, x);
    const y = layer(2, layer(1, hidden));
    const seeds = new Map([y, hidden].map((tensor, i) => [tensor, input(`seed.${i}`, [ROWS, 16])]));
    return { keep: [differentiate({ seeds, sinks: new Map(), wanted: [x], add, addOnto }).get(x)!] };
  });
  const of = (size: number, value: number) => new Float32Array(ROWS * size).fill(value);
  const inputs = { ...ROW_INPUTS, x: of(16, 0.1), "seed.0": of(16, 1), "seed.1": of(16, Number.NaN), weight: new Float32Array(768) };
  const step = async () => {
    plan.run({ inputs });
    await plan.read(plan.result.keep);
  };
  const [first, second] = [await firstNotFinite(device, "step 1", step), await firstNotFinite(device, "step 1", step)];
  plan.destroy();
  assert.match(first!, /matmul/);
  assert.equal(second, first);
});

for (const rotates of [false, true]) {
  test(`places of a cache that nobody has written yet may hold anything, rotates: ${rotates}`, async () => {
    const device = await open({});
    const layout = { heads: 2, keyValueHeads: 1, headDim: 4 };
    const plan = await buildPlan(device, "caches", () => {
      const [cacheKeys, cacheValues] = ["keys", "values"].map((name) => input(name, [4, 1, 4])) as [Tensor, Tensor];
      const [origin, positions] = ["origin", "positions"].map((name) => input(name, [1], "u32")) as [Tensor, Tensor];
      const qkv = input("qkv", [1, 16]);
      const turned = rotates ? rope(qkv, positions, input("table", [4, 4]), layout) : qkv;
      const written = cacheWrite(turned, { cacheKeys, cacheValues, origin, positions }, layout);
      return { keep: [written.cacheKeys, written.cacheValues] };
    });
    assert.equal(plan.describe().includes("rope_cache_write"), rotates);
    const caches = { keys: new Float32Array(16).fill(Number.NaN), values: new Float32Array(16).fill(Number.NaN) };
    const inputs = { ...caches, origin: Uint32Array.of(0), positions: Uint32Array.of(2), qkv: new Float32Array(16).fill(1) };
    const table: Readonly<Record<string, Float32Array>> = rotates ? { table: new Float32Array(16) } : {};
    const found = await firstNotFinite(device, "decode", async () => plan.run({ inputs: { ...inputs, ...table } }));
    plan.destroy();
    assert.equal(found, undefined);
  });
}
