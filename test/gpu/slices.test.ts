import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createBuffer, readBuffers } from "../../src/gpu/buffer.ts";
import type { Device } from "../../src/gpu/device.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { openSlices } from "../../src/gpu/slices.ts";
import { createSlicing } from "../../src/gpu/slicing.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { externalTensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { causalAttentionBackwardOp, causalAttentionOp } from "../../src/ops/causal_attention.ts";
import { defineOp } from "../../src/ops/define.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { run, smallTrainer, untimed } from "../small_policy.ts";

const devices: Device[] = [];
after(() => {
  for (const device of devices) device.destroy();
});

async function open(options: Parameters<typeof openDevice>[0] = {}): Promise<Device> {
  const device = await openDevice(options);
  devices.push(device);
  return device;
}

test("a step has the same bits in one submission and in slices of one dispatch", async () => {
  const stepsOf = async (slice: number) => {
    const device = await open({ slice });
    const { trainer } = await smallTrainer(device);
    const metrics = untimed(await run(() => trainer.train(), 2));
    const { submits, dispatches } = device.stats;
    return { numbers: { metrics, saved: await trainer.save() }, submits, dispatches };
  };
  const [whole, single] = [await stepsOf(0), await stepsOf(1)];
  assert.ok(single.submits >= single.dispatches, `${single.submits} submissions of ${single.dispatches} dispatches`);
  assert.ok(whole.submits < whole.dispatches / 5, `${whole.submits} submissions of ${whole.dispatches} dispatches`);
  assert.deepEqual(single.numbers, whole.numbers);
});

type Digits = { y: ReturnType<typeof input> };

/** y = 10 y + digit, twice: the second dispatch adds 1 to the digit. */
const appendDigits = defineOp<Digits, "y">({
  name: "append_digits",
  shape: ({ y }) => ({ y: { inPlaceOf: y } }),
  forward: ({ outputs: { y } }) => {
    const wgsl = `
      struct Parameters { digit: f32, more: f32 }
      var<immediate> parameters: Parameters;
      @group(0) @binding(0) var<storage, read_write> y: array<f32>; // [1]
      @compute @workgroup_size(1) fn main() { y[0] = y[0] * 10.0 + parameters.digit + parameters.more; }`;
    const kernel = { name: "append_digits", wgsl };
    return [0, 1].map((more) => ({ kernel, bindings: { y }, parameters: { digit: runScalar("digit"), more }, workgroups: 1 }));
  },
});

test("parameters in uniforms last until the slice that uses them", async () => {
  const device = await open({ slice: 1, immediates: false });
  const window = { buffer: createBuffer(device, "digits", 4), offset: 0, size: 4 };
  const plan = await buildPlan(device, "digits", () => {
    appendDigits({ y: externalTensor("digits", window, [1]) }, {});
    return { keep: [] };
  });
  for (const first of [1, 5]) {
    submitPass(device, "digits", (recording) => {
      for (const digit of [first, first + 2]) plan.encode(recording, { digit });
    });
  }
  const [bytes] = await readBuffers(device, [window]);
  plan.destroy();
  assert.equal(new Float32Array(bytes!)[0], 12345678);
});

test("at first a slice ends after 64 dispatches, or after 30 GFLOP", async () => {
  const device = await open();
  const plan = await buildPlan(device, "product", () => ({
    keep: [matmul(input("a", [3, 8]), input("b", [5, 8]), { layout: "NT", family: "register" })],
  }));
  const [launch] = plan.launches.launches;
  assert.equal(launch!.operations!({}), 2 * 3 * 5 * 8);
  const slicesOf = (dispatches: number, operations: number): number => {
    const { submits } = device.stats;
    const slices = openSlices(device, `${dispatches} of ${operations}`);
    for (let i = 0; i < dispatches; i += 1) slices.begin(launch!, {}, operations);
    slices.finish();
    return device.stats.submits - submits;
  };
  assert.equal(slicesOf(64, 0), 1, "64 small dispatches");
  assert.equal(slicesOf(65, 0), 2, "65 small dispatches");
  assert.equal(slicesOf(12, 10e9), 4, "12 dispatches of 10 GFLOP");
  assert.equal(slicesOf(3, 40e9), 3, "a dispatch cannot be cut");
  plan.destroy();
});

test("long rows of attention count as the work that they are, which grows as their square", async () => {
  const layout = { heads: 2, keyValueHeads: 1, headDim: 4 };
  for (const kernels of ["hardware", "software"] as const) {
    const device = await open({ kernels, tune: false });
    const plan = await buildPlan(device, "attention", () => {
      const rows = runScalar("rows", 32_768);
      const [start, end] = [input("start", [rows], "u32"), input("end", [rows], "u32")];
      const call = { qkv: input("qkv", [rows, 16]), sequence_start: start, sequence_end: end };
      const saved = { ...call, ...causalAttentionOp(call, { layout }), grad_out: input("grad", [rows, 8]) };
      return { keep: [causalAttentionBackwardOp(saved, { layout }).grad_qkv] };
    });
    for (const rows of [100, 32_768]) {
      const operations = plan.launches.launches.slice(0, 3).map((launch) => launch.operations?.({ rows }));
      // 2 operations an element of a product, of half the rows on average.
      assert.deepEqual(
        operations,
        [2, 3, 4].map((products) => 2 * products * 2 * 4 * rows * (rows / 2)),
        kernels,
      );
    }
    plan.destroy();
  }
});

test("a GPU gets a slice at least every 64 dispatches, however fast it is; a software adapter as few slices as its speed allows", async () => {
  for (const [kernels, submits] of [
    ["hardware", 4],
    ["software", 1],
  ] as const) {
    const device = await open({ kernels, tune: false });
    const plan = await buildPlan(device, "product", () => ({ keep: [appendDigits({ y: input("y", [1]) }, {}).y] }));
    for (let i = 0; i < 12; i += 1) device.slicing.measured("fast", 4, 4, 1);
    const before = device.stats.submits;
    const slices = openSlices(device, "fast");
    for (let i = 0; i < 256; i += 1) slices.begin(plan.launches.launches[0]!, {}, 0);
    slices.finish();
    assert.equal(device.stats.submits - before, submits);
    plan.destroy();
  }
});

test("the limit follows measured times into 50 to 100 ms a slice", () => {
  for (const speed of [1, 20, 75, 400, 5000]) {
    const slicing = createSlicing();
    let mean = 0;
    for (let i = 0; i < 12; i += 1) {
      const slices = Math.ceil(8 / slicing.limitOf("step") - 1e-9);
      mean = (8 * speed) / slices;
      slicing.measured("step", slices, 8, 8 * speed);
    }
    assert.ok(8 * speed < 50 || (mean >= 50 && mean <= 100), `${mean} ms a slice where a first slice takes ${speed} ms`);
    assert.equal(slicing.limitOf("another"), 1, "each kind of submission has a limit of its own");
    for (let i = 0; i < 30; i += 1) slicing.measured("step", 1, 8, 1e9);
    assert.equal(slicing.limitOf("step"), 1 / 64, "a slice holds at least one dispatch");
  }
});

test("a run with wrong scalars submits no slice of it", async () => {
  const device = await open({ slice: 1 });
  const plan = await buildPlan(device, "wrong", () => {
    const w = input("w", [4, 4]);
    return { keep: [matmul(matmul(input("x", [runScalar("rows", 4), 4]), w, { layout: "NT" }), w, { layout: "NT" })] };
  });
  const { submits } = device.stats;
  assert.throws(() => plan.run({ scalars: { rows: 5 } }), /run scalar rows is 5/);
  assert.equal(device.stats.submits, submits);
  plan.destroy();
});
