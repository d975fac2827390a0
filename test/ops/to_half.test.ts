import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { fromHalf } from "../../src/ops/from_half.ts";
import { toHalf } from "../../src/ops/to_half.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { toHalfReference } from "../../src/testing/reference/to_half.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, columns] of [
  [1, 2],
  [7, 6],
  [65, 4],
] as const) {
  test(`to_half keeps 11 bits of every value, ${rows} x ${columns}`, async () => {
    const x = normal([rows, columns], 1, 30);
    const errors = await checkOp(device, {
      name: "to_half",
      inputs: { x },
      dynamicRows: ["x"],
      op: (inputs) => ({ y: fromHalf(toHalf(inputs.x!)) }),
      reference: toHalfReference,
    });
    // The rounding mode is the driver's choice: one step of 2^-10 at most.
    assert.ok(errors.y! < 2 ** -10, `relative error ${errors.y} on ${device.name}`);
  });
}

test("to_half is exact on what 16 bits hold, keeps signs, and stops at 65504", async () => {
  const values = [0, 1, -1, 0.5, -2.25, 1024.5, -65504, 65504, 2 ** -14, 1e6, -1e30, 3];
  const errors = await checkOp(device, {
    name: "to_half",
    inputs: { x: given([2, 6], values) },
    op: ({ x }) => ({ y: fromHalf(toHalf(x!)) }),
    reference: toHalfReference,
  });
  assert.equal(errors.y, 0);
});

test("to_half names an odd dimension", async () => {
  await assert.rejects(
    () => buildPlan(device, "odd", () => ({ keep: [toHalf(input("x", [4, 3]))] })),
    /to_half: given x \[4, 3\]; it needs an even last dimension/,
  );
});
