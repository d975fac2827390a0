import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { multiplyReference } from "../../src/testing/reference/multiply.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, columns] of [
  [1, 1],
  [5, 4],
  [7, 3],
  [33, 12],
] as const) {
  test(`multiply and its gradients, ${rows} x ${columns}`, async () => {
    const errors = await checkOp(device, {
      name: "multiply",
      inputs: { a: normal([rows, columns], 1), b: normal([rows, columns], 2) },
      dynamicRows: ["a", "b"],
      op: ({ a, b }) => ({ y: multiply(a!, b!) }),
      reference: multiplyReference,
      gradients: ["a", "b"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("multiply names both shapes when they differ", async () => {
  const wrong = (): Promise<unknown> => buildPlan(device, "wrong", () => ({ keep: [multiply(input("a", [4, 2]), input("b", [4, 3]))] }));
  await assert.rejects(wrong, /multiply: given a \[4, 2\], b \[4, 3\]; it needs equal shapes/);
});
