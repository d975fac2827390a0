import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { geluReference } from "../../src/testing/reference/gelu.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

// 1, 3 and 33 columns go one by one, 4 and 12 as vec4.
for (const [rows, columns] of [
  [1, 1],
  [5, 4],
  [7, 3],
  [23, 12],
  [9, 33],
] as const) {
  test(`gelu and its gradient, ${rows} x ${columns}`, async () => {
    const errors = await checkOp(device, {
      name: "gelu",
      inputs: { x: normal([rows, columns], 1, 2) },
      dynamicRows: ["x"],
      op: ({ x }) => ({ y: gelu(x!) }),
      reference: geluReference,
      gradients: ["x"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("gelu and its gradient stay finite where the exponential overflows", async () => {
  const errors = await checkOp(device, {
    name: "gelu",
    inputs: { x: given([9], [-1e4, -100, -12, -9, 0, 9, 12, 100, 1e4]) },
    op: ({ x }) => ({ y: gelu(x!) }),
    reference: geluReference,
    gradients: ["x"],
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
});

test("gelu of one dimension, of 4 n values and of another number", async () => {
  for (const length of [8, 9]) {
    const errors = await checkOp(device, {
      name: "gelu",
      inputs: { x: normal([length], 5) },
      dynamicRows: ["x"],
      op: ({ x }) => ({ y: gelu(x!) }),
      reference: geluReference,
    });
    assert.ok(errors.y! < 2e-5, `y: relative error ${errors.y} on ${device.name}`);
  }
});
