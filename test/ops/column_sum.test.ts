import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { reshape } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { columnSum } from "../../src/ops/column_sum.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { columnSumReference } from "../../src/testing/reference/column_sum.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, columns] of [
  [1, 1],
  [64, 5],
  [65, 130],
  [4200, 3],
  [70, 12],
] as const) {
  test(`column_sum of ${rows} x ${columns}`, async () => {
    const errors = await checkOp(device, {
      name: "column_sum",
      inputs: { x: normal([rows, columns], 1) },
      dynamicRows: ["x"],
      op: ({ x }) => ({ y: reshape(columnSum(x!), [columns]) }),
      reference: columnSumReference,
    });
    assert.ok(errors.y! < 2e-5, `y: relative error ${errors.y} on ${device.name}`);
  });
}

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
