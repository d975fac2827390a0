import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Contest } from "../../src/gpu/contest.ts";
import { checkTrial, type Trial } from "../../src/gpu/trial.ts";
import { TrialMemoryError } from "../../src/gpu/trial_memory.ts";
import { createTuning } from "../../src/gpu/tuning.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { fittingSizes } from "../../src/ops/matmul/check.ts";
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
  output,
  expected: () => [7, 7, 7, 7],
  tolerance: 0,
};

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
  const contest = (): Contest => ({ output, entrants: { first: entrant, second: entrant } });
  const request = { key: "which", candidates, contest };
  const writes: string[] = [];
  const store = { read: async () => undefined, write: async (_: string, text: string) => void writes.push(text) };
  const tuning = createTuning(device, { mode: "on", store, pace: { warmUp: 0, sample: 0.1, rounds: 2, share: 1 } });
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
