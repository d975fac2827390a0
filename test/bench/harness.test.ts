import assert from "node:assert/strict";
import { after, test } from "node:test";
import { clockOf, gpuClock } from "../../bench/clock.ts";
import { directionalError, gradientCase } from "../../bench/gradient_case.ts";
import { type BenchCase, type BenchReport, type BenchResult, runCase, runCases } from "../../bench/harness.ts";
import { type OpCase, opCase } from "../../bench/op_case.ts";
import { collectSamples, spreadOf } from "../../bench/sampling.ts";
import { DeviceLostError } from "../../src/gpu/errors.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { defineOp } from "../../src/ops/define.ts";
import { geluOp } from "../../src/ops/gelu.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { addReference } from "../../src/testing/reference/add.ts";
import { geluReference } from "../../src/testing/reference/gelu.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice({ timestamps: true });
const clock = clockOf(device);
after(() => device.destroy());

const ceilings = { gflops: 1, gigabytesPerSecond: 1 };
const run = (one: BenchCase): Promise<BenchResult> => runCase({ device, clock }, one, ceilings, 0.01);

const tiny: OpCase = {
  op: "add",
  shape: "3x5",
  flops: 15,
  bytes: 180,
  inputs: () => ({ a: normal([3, 5], 1), b: normal([3, 5], 2) }),
  build: (i) => ({ y: add(i.a!, i.b!) }),
  reference: addReference,
};

test("a case is checked and timed, and its rates follow from its times", async () => {
  const result = await run(opCase(tiny));
  const { milliseconds } = result;
  assert.ok(result.maxRelativeError < 1e-6 && result.samples >= 3);
  assert.ok(0 < milliseconds.min && milliseconds.min <= milliseconds.median && milliseconds.median <= milliseconds.max);
  assert.equal(result.gflops, 15 / milliseconds.median / 1e6);
  assert.equal(result.gigabytesPerSecond, 180 / milliseconds.median / 1e6);
  const { median } = result.uncontendedMilliseconds ?? milliseconds;
  assert.equal(result.fractionOfCeiling, 180 / 1e6 / median);
});

test("a result unlike the reference is refused, the other cases go on, and a lost device leaves what was measured", async () => {
  const wrong = opCase({
    ...tiny,
    variant: "wrong",
    reference: (i) => ({ y: addReference(i).y.map((value, at) => value + (at === 14 ? 0.01 : 0)) }),
  });
  await assert.rejects(run(wrong), /wrong: relative error is \d\.\de-3; it must be at most 0.0001/);
  const short = opCase({ ...tiny, reference: () => ({ y: new Float64Array(14) }) });
  await assert.rejects(run(short), /wrong: relative error is Infinity/);
  const own = await openDevice({ timestamps: true });
  const losing: BenchCase = {
    ...opCase({ ...tiny, variant: "losing" }),
    prepare: () =>
      Promise.resolve({
        tolerance: 1,
        check: () => Promise.resolve(0),
        time: () => {
          own.fail(new DeviceLostError("the GPU was lost"));
          return Promise.reject(new Error("no result"));
        },
        destroy: () => {},
      }),
  };
  const written: BenchReport[] = [];
  const options = { seconds: 0.01, report: (now: BenchReport) => void written.push(now) };
  const report = await runCases(own, [wrong, opCase(tiny), losing, opCase({ ...tiny, variant: "after" })], options);
  const names = (rows: readonly { readonly name: string }[]): string[] => rows.map(({ name }) => name);
  assert.deepEqual([names(report.results), names(report.failures)], [["add"], ["add wrong", "add losing"]]);
  assert.equal(report.adapter, device.name);
  assert.equal(report.brokenOff, "the GPU was lost", "a lost device ends the report, which keeps its rows");
  // What a process that is killed leaves.
  assert.deepEqual(
    written.map(({ results, failures, brokenOff }) => [names(results), names(failures), brokenOff]),
    [
      [[], ["add wrong"], "1 of 4 cases had ended when this was written"],
      [["add"], ["add wrong"], "2 of 4 cases had ended when this was written"],
    ],
  );
});

const halfOp = defineOp<{ a: Tensor }, "y">({
  name: "half",
  shape: ({ a }) => ({ y: { shape: a.shape } }),
  forward: ({ inputs, outputs }) => [
    {
      kernel: {
        name: "half",
        wgsl: `@group(0) @binding(0) var<storage, read> a: array<f32>; // [E]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [E]
@compute @workgroup_size(4)
fn main(@builtin(local_invocation_index) lane: u32) { y[lane] = a[lane]; }`,
      },
      bindings: { ...inputs, ...outputs },
      workgroups: 1,
    },
  ],
});

test("numbers that no kernel wrote are noticed, even where zeros are expected", async () => {
  const values = given([8], [1, 2, 3, 4, 0, 0, 0, 0]);
  const half = opCase({
    ...tiny,
    inputs: () => ({ a: values }),
    build: (i) => ({ y: halfOp({ a: i.a! }, {}).y }),
    reference: () => ({ y: values.data }),
  });
  await assert.rejects(run(half), /wrong: relative error is Infinity/);
});

test("results that change from run to run are refused", async () => {
  const drifting = opCase({
    ...tiny,
    build: (i) => ({ y: multiply(addOnto({ onto: i.a!, accumulate: 1 }, i.b!), i.b!) }),
    reference: ({ a, b }) => ({ y: a!.data.map((value, at) => (value + b!.data[at]!) * b!.data[at]!) }),
  });
  await assert.rejects(run(drifting), /wrong: the results changed while it was timed/);
});

test("a gradient is checked by differences along random directions", async () => {
  const options = {
    op: geluOp,
    attributes: {},
    shape: "3x5",
    flops: 1,
    bytes: 1,
    inputs: () => ({ x: normal([3, 5], 1) }),
    output: "y",
    gradients: ["x"],
  } as const;
  const result = await run(gradientCase({ ...options, reference: geluReference }));
  assert.equal(result.name, "gelu backward");
  assert.ok(result.maxRelativeError < 1e-5);
  const other = gradientCase({ ...options, reference: (i) => ({ y: geluReference(i).y.map((value) => 1.01 * value) }) });
  await assert.rejects(run(other), /wrong: relative error is \d\.\de-[23]/);
  const x = normal([50], 3);
  const squares = ({ x: moved }: { x?: typeof x }): number => moved!.data.reduce((sum, value) => sum + value * value, 0);
  const exact = x.data.map((value) => 2 * value);
  assert.ok(directionalError(exact, "x", { x }, squares) < 1e-9);
  assert.ok(directionalError(exact.with(7, exact[7]! + 1), "x", { x }, squares) > 1e-3);
  assert.equal(directionalError(exact.with(7, Number.NaN), "x", { x }, squares), Number.POSITIVE_INFINITY);
});

test("GPU timestamps lie within the host's time", { skip: device.timestamps ? false : "no timestamps" }, async () => {
  const timestamps = gpuClock(device);
  const prepared = await opCase(tiny).prepare({ device, clock: timestamps });
  await prepared.check();
  const start = performance.now();
  const { milliseconds } = await prepared.time();
  assert.ok(milliseconds > 0 && milliseconds < performance.now() - start, `${milliseconds} ms`);
  prepared.destroy();
  timestamps.destroy();
});

test("samples are taken one at a time after a first one that is dropped, and an error ends the sampling", async () => {
  let running = 0;
  let calls = 0;
  const sample = async () => {
    running += 1;
    calls += 1;
    assert.equal(running, 1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    return { milliseconds: calls, processorMilliseconds: 0 };
  };
  const samples = await collectSamples("sleeping", 0.02, sample);
  assert.ok(samples.length >= 7 && samples.length === calls - 1 && samples[0]!.milliseconds === 2, `${samples.length} samples`);
  const slow = await collectSamples("slow", 1e-4, sample);
  assert.ok(slow.length >= 3 && slow.length < 7, `${slow.length} samples`);
  const failing = async () => (calls > 4 ? Promise.reject(new Error("lost")) : sample());
  calls = 0;
  await assert.rejects(collectSamples("failing", 0.02, failing), /lost/);
});

test("percentiles", () => {
  const shuffled = Array.from({ length: 21 }, (_, i) => (8 * i) % 21);
  assert.deepEqual(spreadOf(shuffled), { median: 10, min: 0, max: 20, percentile5: 1, percentile95: 19 });
  assert.deepEqual(spreadOf([1, 2]).median, 1.5);
});
