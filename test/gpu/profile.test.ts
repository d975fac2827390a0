import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { createProfiler, type Profiler } from "../../src/gpu/profile.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, scope } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { matmul } from "../../src/ops/matmul.ts";

const CAPACITY = 64;
const RUNS = [CAPACITY, 5, 17];
const devices = {
  "as the device is": await openDevice({ timestamps: true }),
  "without timestamps": await openDevice({ timestamps: false }),
  "with uniforms": await openDevice({ timestamps: true, immediates: false }),
  "with uniforms, without timestamps": await openDevice({ timestamps: false, immediates: false }),
};
after(() => {
  for (const device of Object.values(devices)) device.destroy();
});

/** y = gelu(x w) of a dynamic number of rows, in two dispatches. */
function buildLayer(device: Device) {
  return buildPlan(device, "layer", () => {
    const x = input("x", [runScalar("rows", CAPACITY), 32]);
    const y = scope("layers.0", () => gelu(matmul(x, input("weight", [48, 32]), { layout: "NT" })));
    return { keep: [y] };
  });
}

function values(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7 + seed));
}

/** The bits of every run's result; a run uploads, submits twice and reads back. */
async function results(device: Device, profiler?: Profiler) {
  const plan = await buildLayer(device);
  profiler?.start("dispatches");
  const bits: Uint32Array[] = [];
  for (const rows of RUNS) {
    const x = values(rows * 32, rows);
    plan.run({ scalars: { rows }, inputs: { x, weight: values(48 * 32, rows) } });
    // An upload that overtook the run before it would be seen.
    plan.upload({ x: values(rows * 32, rows + 1) });
    submitPass(device, "twice", (pass) => {
      for (let i = 0; i < 2; i += 1) plan.encode(pass, { rows });
    });
    const [y] = await plan.read(plan.result.keep);
    bits.push(new Uint32Array(y!.buffer.slice(0, rows * 48 * 4)));
  }
  const submissions = (await profiler?.stop()) ?? [];
  plan.destroy();
  return { bits, submissions };
}

for (const [name, device] of Object.entries(devices)) {
  test(`every dispatch is timed and the results keep their bits, ${name}`, async () => {
    const plain = await results(device);
    const profiler = createProfiler(device);
    assert.equal(profiler.clock, device.timestamps ? "gpu" : "host");
    const { dispatches } = device.stats;
    const { bits, submissions } = await results(device, profiler);
    assert.deepEqual(bits, plain.bits);

    assert.deepEqual(
      submissions.map(({ label, dispatchCount }) => [label, dispatchCount]),
      RUNS.flatMap(() => [
        ["layer", 2],
        ["twice", 4],
      ]),
    );
    const timed = submissions.flatMap((submission) => submission.dispatches);
    assert.equal(timed.length, device.stats.dispatches - dispatches);
    assert.ok(
      timed.every(({ duration }) => duration > 0),
      `durations ${timed.map(({ duration }) => duration).join()}`,
    );
    timed.slice(1).forEach((dispatch, i) => {
      assert.ok(dispatch.start >= timed[i]!.start + timed[i]!.duration - 1e-3, "one after the other");
    });
    const [product] = timed;
    assert.match(product!.kernel, /^matmul\//);
    assert.equal(product!.scope, "layers.0");
    assert.deepEqual({ ...product!.parameters, accumulate: 0 }, { rows: CAPACITY, columns: 48, inner: 32, accumulate: 0 });
    assert.equal(product!.bytes, 4 * (CAPACITY * 32 + 48 * 32 + CAPACITY * 48), "a, b once although bias stands in for it, and y");
    assert.equal(device.observer, undefined);
    profiler.destroy();
    assert.deepEqual((await results(device)).bits, plain.bits);
  });
}

test("submissions are timed in one pass, as they always run", async () => {
  const device = devices["as the device is"];
  const plan = await buildLayer(device);
  const profiler = createProfiler(device);
  profiler.start("submissions");
  plan.run({ scalars: { rows: 5 }, inputs: { x: values(5 * 32, 0), weight: values(48 * 32, 1) } });
  const [submission, ...more] = await profiler.stop();
  assert.equal(more.length, 0);
  const { encodeStart, encodeEnd, done, dispatchCount, dispatches } = submission!;
  assert.ok(encodeStart <= encodeEnd && encodeEnd < done);
  assert.equal(dispatchCount, 2);
  assert.deepEqual(dispatches, []);
  profiler.destroy();
  plan.destroy();
});

test("more dispatches than a query set holds", async () => {
  const device = devices["as the device is"];
  const plan = await buildLayer(device);
  const profiler = createProfiler(device);
  for (const repeat of [1, 2]) {
    profiler.start("dispatches");
    submitPass(device, "many", (pass) => {
      for (let i = 0; i < 700; i += 1) plan.encode(pass, { rows: 3 });
    });
    const [submission] = await profiler.stop();
    assert.equal(submission!.dispatches.length, 1400, `time ${repeat}`);
    assert.ok(submission!.dispatches.every(({ duration }) => duration > 0));
  }
  device.assertHealthy();
  profiler.destroy();
  plan.destroy();
});
