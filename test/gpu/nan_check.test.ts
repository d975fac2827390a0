import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { createNanCheck } from "../../src/gpu/nan_check.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, scope } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { embedding } from "../../src/ops/embedding.ts";
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
