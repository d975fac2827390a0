import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { gradientNorm } from "../../src/ops/gradient_norm.ts";
import { gradientNormCases } from "../../src/testing/ops/gradient_norm.ts";
import { gradientNormReference } from "../../src/testing/reference/gradient_norm.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, gradientNormCases);

const betas = [0.9, 0.999] as const;

async function stateAfter(shards: readonly Float32Array[], state: readonly number[], maxGradNorm: number | null): Promise<number[]> {
  const inputs: Record<string, Float32Array> = { state: Float32Array.from(state) };
  shards.forEach((shard, i) => {
    inputs[`shard${i}`] = shard;
  });
  const [values] = await evaluate(
    device,
    () => [
      gradientNorm(
        shards.map((shard, i) => input(`shard${i}`, [shard.length])),
        input("state", [8]),
        { maxGradNorm, betas },
      ),
    ],
    { inputs },
  );
  return [...values!];
}

for (const [sizes, steps, maxGradNorm] of [
  [[1], 0, 1],
  [[4, 7], 3, 0.5],
  [[12_345, 4096, 3], 0, 100],
  [[9000], 5000, null],
] as const) {
  test(`gradient_norm of ${sizes.join(" + ")} values after ${steps} steps, at most ${maxGradNorm}`, async () => {
    const shards = sizes.map((size, i) => Float32Array.from(normal([size], i + 1).data));
    const before = [steps, 0, 0, 2, 0, 0, 0, 0];
    const actual = await stateAfter(shards, before, maxGradNorm);
    const expected = gradientNormReference(shards, before, { maxGradNorm, betas });
    expected.forEach((value, i) => {
      const error = Math.abs(actual[i]! - value) / (Math.abs(value) + 1e-9);
      assert.ok(error < 2e-6, `state[${i}] ${actual[i]} instead of ${value} on ${device.name}`);
    });
  });
}

for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
  for (const [length, at] of [
    [4000, 3999],
    [5, 4],
    [5, 0],
  ] as const) {
    test(`a gradient of ${bad} at ${at} of ${length} skips the step and is seen`, async () => {
      const shards = [new Float32Array(8), Float32Array.from({ length }, (_, i) => (i === at ? bad : 1))];
      const [step, norm, scale, skipped] = await stateAfter(shards, [3, 1, 1, 4, 0.5, 0.5, 0, 0], 1);
      assert.deepEqual([step, scale, skipped], [3, 0, 5]);
      assert.ok(Number.isNaN(norm));
      assert.deepEqual(gradientNormReference(shards, [3, 1, 1, 4, 0.5, 0.5], { maxGradNorm: 1, betas }).slice(2, 4), [0, 5]);
    });
  }
}

test("gradients whose squares overflow are not finite either", async () => {
  const [step, , scale] = await stateAfter([Float32Array.of(1e25, 1e25)], [0, 0, 0, 0, 0, 0, 0, 0], 1);
  assert.deepEqual([step, scale], [0, 0]);
});
