import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { createBuffer, readBuffers, uploadBuffer } from "../../src/gpu/buffer.ts";
import { type Device, gathers } from "../../src/gpu/device.ts";
import { EngineError } from "../../src/gpu/errors.ts";
import { buildPlan, evaluate } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";
import { relativeError } from "../../src/testing/check_op.ts";

const devices: Device[] = [];
after(() => {
  for (const device of devices) device.destroy();
});

async function open(options: Parameters<typeof openDevice>[0] = {}): Promise<Device> {
  const device = await openDevice(options);
  devices.push(device);
  return device;
}

async function normalise(device: Device): Promise<Float32Array> {
  const [rows, columns] = [5, 37];
  const plan = await buildPlan(device, "normalise", () => ({
    keep: [rmsNorm(input("x", [runScalar("rows", 9), columns]), input("weight", [columns]), 1e-6)],
  }));
  const x = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 1.7));
  plan.run({ scalars: { rows }, inputs: { x, weight: new Float32Array(columns).fill(0.5) } });
  const [y] = await plan.read(plan.result.keep);
  plan.destroy();
  return y!.subarray(0, rows * columns) as Float32Array;
}

test("parameters in uniforms give the same bits as immediates", async () => {
  const expected = await normalise(await open());
  const device = await open({ immediates: false });
  assert.equal(device.immediates, false);
  assert.deepEqual(await normalise(device), expected);
});

test("row kernels agree with subgroups, without, and at every number of lanes", async () => {
  const expected = await normalise(await open());
  const without = await open({ subgroups: false });
  assert.equal(without.subgroups, false);
  assert.ok(relativeError(await normalise(without), expected) < 1e-6);
  for (const lanes of [4, 32, 128]) {
    const device = await open({ lanes });
    assert.deepEqual([device.lanes, device.subgroups], [lanes, false]);
    assert.ok(relativeError(await normalise(device), expected) < 1e-6, `${lanes} lanes`);
  }
});

test("a software adapter runs the kernels of GPUs when it is asked to", async () => {
  const expected = await normalise(await open());
  const device = await open({ kernels: "hardware", tune: false });
  assert.equal(device.software, false);
  assert.ok(relativeError(await normalise(device), expected) < 1e-6);
});

test("lanes must be a power of two from 4 to 128", async () => {
  for (const lanes of [0, 3, 24, 256]) {
    await assert.rejects(openDevice({ lanes }), new RegExp(`lanes is ${lanes}; it must be a power of two from 4 to 128`));
  }
});

test("several windows are read in one submission", async () => {
  const device = await open();
  const [one, two] = [createBuffer(device, "one", 1024), createBuffer(device, "two", 12)];
  uploadBuffer(device, { buffer: one, offset: 256, size: 768 }, Float32Array.of(1, 2, 3));
  uploadBuffer(device, { buffer: two, offset: 0, size: 12 }, Uint32Array.of(7, 8, 9));
  const { submits } = device.stats;
  const windows = [
    { buffer: two, offset: 4, size: 8 },
    { buffer: one, offset: 256, size: 12 },
    { buffer: one, offset: 512, size: 4 },
  ];
  const bytes = await readBuffers(device, windows);
  assert.equal(device.stats.submits, submits + 1);
  assert.deepEqual([...new Uint32Array(bytes[0]!)], [8, 9]);
  assert.deepEqual([...new Float32Array(bytes[1]!)], [1, 2, 3]);
  assert.deepEqual([...new Float32Array(bytes[2]!)], [0]);
  assert.throws(
    () => uploadBuffer(device, { buffer: two, offset: 0, size: 8 }, Uint32Array.of(1, 2, 3)),
    /two: 12 bytes do not fit its window of 8/,
  );
});

test("a buffer larger than the device allows names both sizes and a remedy", async () => {
  const device = await open();
  const bytes = device.limits.maxBufferSize + 1;
  assert.throws(
    () => createBuffer(device, "huge", bytes),
    /huge needs a buffer of \d+ bytes; .+ allows \d+\. Use smaller batches or shards/,
  );
});

const sum = (device: Device): Promise<unknown> =>
  evaluate(device, () => [add(input("a", [1]), input("b", [1]))], { inputs: { a: Float32Array.of(1), b: Float32Array.of(2) } });

test("an invalid command surfaces at the next run", async () => {
  const device = await open();
  device.gpu.createBuffer({ label: "nonsense", size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await device.gpu.queue.onSubmittedWorkDone();
  for (let i = 0; i < 100 && isHealthy(device); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  await assert.rejects(sum(device), (error) => error instanceof EngineError && /the GPU refused a command: .*usage/is.test(error.message));
});

function isHealthy(device: Device): boolean {
  try {
    device.assertHealthy();
    return true;
  } catch {
    return false;
  }
}

test("a destroyed device says so instead of doing nothing", async () => {
  const device = await open();
  device.destroy();
  await assert.rejects(sum(device), /the device was destroyed; open another/);
});

test("a device that is printed shows in a few lines what it is, and so does a copy", async () => {
  const device = await open();
  for (const shown of [device, { ...device, name: device.name }].map((one) => inspect(one))) {
    assert.ok(shown.split("\n").length < 20, `${shown.length} characters`);
    assert.match(shown, /name: /);
    assert.ok(!shown.includes("@compute"));
  }
  assert.ok(Object.keys({ ...device }.shaders).length > 50);
});

test("lavapipe gathers from Mesa 25.2 on, and no other adapter is taken to", () => {
  const told = ["25.0.7 (LLVM 15.0.6)", "25.1.9", "25.2.8", "26.1.6 (LLVM 19.1.7)", "24.3.0"].map((version) => `llvmpipe: Mesa ${version}`);
  assert.deepEqual(
    [...told, "SwiftShader driver-5.0.0", "radv: Mesa 26.1.6", ""].map((description) => gathers({ description })),
    [false, false, true, true, false, false, false, false],
  );
});
