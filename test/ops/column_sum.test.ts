import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { columnSum } from "../../src/ops/column_sum.ts";
import { columnSumCases } from "../../src/testing/ops/column_sum.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, columnSumCases);

test("column_sum of no rows writes zeros, or leaves the sink as it is when it accumulates", async () => {
  for (const accumulate of [0, 1]) {
    for (const capacity of [10, 1000]) {
      const plan = await buildPlan(device, "empty", () => {
        const onto = input("onto", [3]);
        columnSum(input("x", [runScalar("rows", capacity), 3]), { onto, accumulate });
        return { keep: [], onto };
      });
      plan.run({ scalars: { rows: 0 }, inputs: { onto: Float32Array.of(1, 2, 3), x: new Float32Array(capacity * 3).fill(7) } });
      const [sum] = await plan.read([plan.result.onto]);
      plan.destroy();
      assert.deepEqual([...sum!], accumulate === 1 ? [1, 2, 3] : [0, 0, 0]);
    }
  }
});
