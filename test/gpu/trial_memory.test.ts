import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Contest } from "../../src/gpu/contest.ts";
import type { Device } from "../../src/gpu/device.ts";
import { createMeasuringDevice } from "../../src/gpu/measuring.ts";
import type { Pace } from "../../src/gpu/timing_rounds.ts";
import { checkTrial, type Trial } from "../../src/gpu/trial.ts";
import { TrialMemoryError } from "../../src/gpu/trial_memory.ts";
import { createTuning, type TuneRequest } from "../../src/gpu/tuning.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { fittingSizes } from "../../src/ops/matmul/check.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import type { MatmulSizes } from "../../src/ops/matmul/problem.ts";

const device = await openDevice();
after(() => device.destroy());

const output = { storage: {}, bytes: 16 };
const trial: Trial = {
  launches: [
    {
      kernel: {
        name: "fill",
        wgsl: "@group(0) @binding(0) var<storage, read_write> y: array<f32>; // [4]\n@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { y[i] = 7.0; }",
      },
      bindings: { y: output },
      parameters: {},
      workgroups: [1],
    },
  ],
  outputs: [{ tensor: output, expectedAt: () => () => 7 }],
  tolerance: 0,
};

/** As short as can be: what is tested is not the speed. */
const BRIEF: Pace = { warmUp: 0, sample: 0.1, rounds: 2, share: 1 };

/** Lets the GPU answer some questions for memory with no, then as it is. */
function outOfMemory(times: number): void {
  const { gpu } = device;
  const pop = gpu.popErrorScope.bind(gpu);
  const push = gpu.pushErrorScope.bind(gpu);
  const scopes: GPUErrorFilter[] = [];
  let left = times;
  gpu.pushErrorScope = (filter) => {
    scopes.push(filter);
    push(filter);
  };
  gpu.popErrorScope = async () => {
    const filter = scopes.pop();
    const error = await pop();
    if (filter !== "out-of-memory" || left === 0) return error;
    left -= 1;
    return { message: "out of memory" } as GPUError;
  };
}

test("a GPU without memory for a trial stays usable, and the kernels are taken untimed", async () => {
  const { bytesAllocated } = device.stats;
  outOfMemory(1);
  await assert.rejects(checkTrial(device, trial), TrialMemoryError);
  assert.equal(device.stats.bytesAllocated, bytesAllocated, "its buffers are freed");
  const candidates = ["first", "second"].map((name) => ({ name, kernels: [], checkKey: "fill", check: () => trial }));
  const entrant = { launches: trial.launches, tolerance: 0 };
  const contest = (): Contest => ({ outputs: [{ tensor: output }], entrants: { first: entrant, second: entrant } });
  const request = { key: "which", candidates, contest };
  const writes: string[] = [];
  const store = { read: async () => undefined, write: async (_: string, text: string) => void writes.push(text) };
  const tuning = createTuning(device, { mode: "on", store, pace: BRIEF });
  outOfMemory(2);
  await tuning.settle([request]);
  assert.equal(tuning.choice("which"), "second", "the first could not be checked");
  outOfMemory(1);
  await tuning.settle([{ ...request, key: "untimed" }]);
  assert.equal(tuning.choice("untimed"), "first", "checked before, and not timed");
  assert.doesNotMatch(writes.join(), /"choice /, "what was not timed is not remembered");
  await tuning.settle([{ ...request, key: "timed" }]);
  assert.match(writes.join(), /"choice timed"/);
  assert.equal(device.stats.bytesAllocated, bytesAllocated, "the buffers of all trials are freed");
  device.assertHealthy();
});

test("timed sizes are cut to 8,192 and 64 MB together, with the same remainder by 64", () => {
  const asked = [
    [64, 151936, 896, 1],
    [4096, 50257, 768, 1],
    [64, 896, 151936, 1],
    [4096, 4096, 8192, 32],
    [8193, 8192, 8191, 1],
    [100, 64, 63, 1],
  ] as const;
  for (const [rows, columns, inner, splits] of asked) {
    const bytesFor = (sizes: MatmulSizes<number>): number =>
      4 * (sizes.rows * sizes.inner + sizes.columns * sizes.inner + (1 + splits) * sizes.rows * sizes.columns);
    const cut = fittingSizes({ rows, columns, inner }, bytesFor);
    const told = `${rows} x ${columns} x ${inner} in ${splits}: ${JSON.stringify(cut)}`;
    assert.ok(bytesFor(cut) <= 64 << 20 && Math.max(cut.rows, cut.columns, cut.inner) <= 8192, told);
    assert.deepEqual([cut.rows % 64, cut.columns % 64, cut.inner % 64], [rows % 64, columns % 64, inner % 64], told);
  }
  assert.deepEqual(
    fittingSizes({ rows: 100, columns: 64, inner: 63 }, () => 1),
    { rows: 100, columns: 64, inner: 63 },
  );
});

test("the trials of a product with a large vocabulary take at most 64 MB", async () => {
  const gpu = await openDevice({ kernels: "hardware", tune: true });
  after(() => gpu.destroy());
  for (const [rows, columns, inner, layout] of [
    [256, 151_936, 896, "NT"],
    [256, 896, 151_936, "NN"],
    [151_936, 896, 256, "TN"],
  ] as const) {
    const [a, b] = [layout === "TN" ? [inner, rows] : [rows, inner], layout === "NT" ? [columns, inner] : [inner, columns]];
    const { trace: product } = trace(() => matmul(input("a", a), input("b", b), { layout }));
    const measuring = createMeasuringDevice(gpu);
    await measuring.tuning.settle(product.nodes.flatMap((node) => node.tune?.(measuring) ?? []));
    const { bytesPeak } = measuring.stats;
    assert.ok(bytesPeak > 1 << 20 && bytesPeak <= 64 << 20, `${layout}: ${bytesPeak} bytes`);
  }
});

/** A request whose first candidate is faster on any machine: the second writes the same some 100,000 times. */
function requestOf(key: string, contest: () => void, checks: readonly [Trial, Trial] = [trial, trial]): TuneRequest {
  const candidates = ["first", "second"].map((name, i) => ({
    name,
    kernels: [name],
    checkKey: `${name} in ${checks[i]!.tolerance}`,
    check: () => checks[i]!,
  }));
  const first = { launches: trial.launches, tolerance: 0 };
  const often = trial.launches.map((launch) => ({ ...launch, workgroups: [65_535] }));
  const second = { ...first, launches: [...often, ...often] };
  return {
    key,
    timeKey: "class",
    candidates,
    contest: () => {
      contest();
      return { outputs: [{ tensor: output }], entrants: { first, second } };
    },
  };
}

test("requests that share times have their own checks, and nothing is timed twice", async (context) => {
  const lines = context.mock.method(console, "error", (_line: string) => {});
  let contests = 0;
  const count = (): void => {
    contests += 1;
  };
  const wrong: Trial = { ...trial, outputs: [{ tensor: output, expectedAt: () => () => 8 }], tolerance: 0.01 };
  const variant = requestOf("variant", count, [wrong, trial]);
  const tuning = createTuning(device, { mode: "on", pace: BRIEF });
  await tuning.settle([requestOf("right", count), variant]);
  await tuning.settle([{ ...variant, key: "again" }]);
  assert.equal(contests, 1);
  assert.deepEqual(["right", "variant", "again"].map(tuning.choice), ["first", "second", "second"]);
  assert.equal(lines.mock.calls.filter(({ arguments: [line] }) => line.startsWith("warning: first is wrong")).length, 1);
});

test("a stored choice holds for one driver and one Dawn", async (context) => {
  context.mock.method(console, "error", () => {});
  const texts = new Map<string, string>();
  const store = {
    read: async (adapter: string) => texts.get(adapter),
    write: async (adapter: string, text: string) => void texts.set(adapter, text),
  };
  const contestsWith = async (dawn: string, description = device.info.description): Promise<number> => {
    let contests = 0;
    const shown = Object.defineProperty(Object.create(device) as Device, "info", { value: { ...infoOf(device), description } });
    const tuning = createTuning(shown, { mode: "on", pace: BRIEF, store, dawn });
    await tuning.settle([
      requestOf("which", () => {
        contests += 1;
      }),
    ]);
    assert.equal((await tuning.choices()).class!.name, "first");
    return contests;
  };
  assert.equal(await contestsWith("webgpu 1"), 1);
  assert.equal(await contestsWith("webgpu 1"), 0);
  assert.equal(await contestsWith("webgpu 2"), 1);
  assert.equal(await contestsWith("webgpu 1", "another driver"), 1);
  assert.equal(await contestsWith("webgpu 2"), 0);
  assert.ok([...texts.keys()].some((adapter) => adapter.endsWith("| another driver | webgpu 1")));
});

function infoOf({ info: { vendor, architecture, device: name } }: Device): object {
  return { vendor, architecture, device: name };
}
