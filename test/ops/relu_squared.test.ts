import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { reluSquared } from "../../src/ops/relu_squared.ts";
import { reluSquaredCases } from "../../src/testing/ops/relu_squared.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, reluSquaredCases);

for (const columns of [3, 4]) {
  test(`what is not a number stays so, in rows of ${columns}`, async () => {
    const x = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0).subarray(0, columns);
    const [y] = await evaluate(device, () => [reluSquared(input("x", [1, columns]))], { inputs: { x } });
    assert.deepEqual([...y!], [Number.NaN, Number.POSITIVE_INFINITY, 0, 0].slice(0, columns));
  });
}
