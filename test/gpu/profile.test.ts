import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createReader } from "../../src/gpu/buffer.ts";
import type { Device } from "../../src/gpu/device.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { createProfiler, type Profiler } from "../../src/gpu/profile.ts";
import { setTimes } from "../../src/gpu/profile_timestamps.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, scope } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";

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

/** The squares of normalised rows, as many as a run has, in two dispatches. */
function buildLayer(device: Device) {
  return buildPlan(device, "layer", () => {
    const x = input("x", [runScalar("rows", CAPACITY), 32]);
    const normed = scope("layers.0", () => rmsNorm(x, input("weight", [32]), 1e-6));
    return { keep: [multiply(normed, normed)] };
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
    plan.run({ scalars: { rows }, inputs: { x, weight: values(32, rows) } });
    submitPass(device, "twice", (pass) => {
      for (let i = 0; i < 2; i += 1) plan.encode(pass, { rows });
    });
    // An upload that overtook the runs before it would be seen in what they wrote.
    plan.upload({ x: values(rows * 32, rows + 1) });
    const [y] = await plan.read(plan.result.keep);
    bits.push(new Uint32Array(y!.buffer.slice(0, rows * 32 * 4)));
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
    const [norm, square] = timed;
    assert.deepEqual([norm!.kernel, norm!.scope, norm!.parameters.rows], ["norm/rms_norm", "layers.0", CAPACITY]);
    assert.deepEqual([square!.kernel, square!.scope], ["elementwise/multiply", ""]);
    assert.equal(norm!.bytes, 4 * (CAPACITY * 32 + 32 + CAPACITY * 32 + CAPACITY), "x, weight, y, inverse_rms");
    assert.equal(timed[7]!.bytes, 4 * (5 * 32 + 5 * 32), "both factors are one, and only the rows in use count");
    assert.equal(device.observer, undefined);
    profiler.destroy();
    assert.deepEqual((await results(device)).bits, plain.bits);
  });
}

for (const [name, device] of Object.entries(devices)) {
  test(`what a submission copies for a reader is read back under a profile, ${name}`, async () => {
    const plan = await buildLayer(device);
    const [kept] = plan.result.keep;
    const reader = createReader(device, { y: plan.windowOf(kept!) });
    const profiler = createProfiler(device);
    plan.upload({ x: values(3 * 32, 0), weight: values(32, 1) });
    const read = async (): Promise<Uint32Array> => {
      submitPass(device, "layer", (pass) => plan.encode(pass, { rows: 3 }), reader.encode);
      const [{ y }] = await Promise.all([reader.read(), assert.rejects(reader.read(), /an earlier read back is still under way/)]);
      return new Uint32Array(y, 0, 3 * 32);
    };
    const expected = await read();
    for (const detail of ["dispatches", "submissions", "dispatches"] as const) {
      profiler.start(detail);
      assert.deepEqual(await read(), expected, detail);
      await profiler.stop();
    }
    profiler.destroy();
    reader.destroy();
    plan.destroy();
  });
}

test("under a profile a submission goes in the slices that it goes in without", async () => {
  const device = await openDevice({ timestamps: true, slice: 3 });
  const plan = await buildLayer(device);
  const profiler = createProfiler(device);
  const submitsOf = (): number => {
    const { submits } = device.stats;
    submitPass(device, "many", (pass) => {
      for (let i = 0; i < 5; i += 1) plan.encode(pass, { rows: 3 });
    });
    return device.stats.submits - submits;
  };
  assert.equal(submitsOf(), 4);
  profiler.start("dispatches");
  assert.equal(submitsOf(), 4);
  const [submission] = await profiler.stop();
  assert.equal(submission!.dispatches.length, 10);
  assert.ok(submission!.dispatches.every(({ duration }) => duration > 0));
  profiler.destroy();
  plan.destroy();
  device.destroy();
});

test("submissions are timed in one pass, as they always run", async () => {
  const device = devices["as the device is"];
  const plan = await buildLayer(device);
  const profiler = createProfiler(device);
  profiler.start("submissions");
  plan.run({ scalars: { rows: 5 }, inputs: { x: values(5 * 32, 0), weight: values(32, 1) } });
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

/** What a driver's stamps, in microseconds, make of dispatches, in microseconds as well. */
function timesOf(stamps: readonly (readonly [begin: number, end: number])[]): [start: number, duration: number][] {
  const dispatches = stamps.map(() => ({ start: 0, duration: 0 }));
  setTimes(
    dispatches,
    stamps.flat().map((microseconds) => BigInt(1000 * microseconds)),
  );
  return dispatches.map(({ start, duration }) => [Math.round(1e3 * start), Math.round(1e3 * duration)]);
}

test("a dispatch whose first stamp was taken while the one before was at work begins where that one ended", () => {
  const ordered = [
    [5, 15],
    [16, 20],
    [20, 21],
  ] as const;
  assert.deepEqual(timesOf(ordered), [
    [5, 10],
    [16, 4],
    [20, 1],
  ]);
  const early = [
    [5, 15],
    [6, 20],
    [7, 21],
  ] as const;
  const times = timesOf(early);
  assert.deepEqual(times, [
    [5, 10],
    [15, 5],
    [20, 1],
  ]);
  const total = times.reduce((sum, [, duration]) => sum + duration, 0);
  assert.equal(total, 21 - 5, "nothing is counted twice");
});

test("a GPU that resets its clock costs the times of one dispatch, not of all that follow", () => {
  const stamps = [
    [100, 110],
    [111, 3],
    [4, 9],
  ] as const;
  assert.deepEqual(timesOf(stamps), [
    [100, 10],
    [111, 0],
    [4, 5],
  ]);
});
