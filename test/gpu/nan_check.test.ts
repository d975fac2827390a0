import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { createNanCheck } from "../../src/gpu/nan_check.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input, scope } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { decodeAttention } from "../../src/ops/decode_attention.ts";
import { embedding } from "../../src/ops/embedding.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { multiply } from "../../src/ops/multiply.ts";

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
  return { keep: [decodeAttention(input("qkv", [2, 16]), rows, { layout, length: 300, split: "positions" })] };
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
