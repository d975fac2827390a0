import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { swiglu } from "../../src/ops/swiglu.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { swigluReference } from "../../src/testing/reference/swiglu.ts";
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
  test(`swiglu and its gradient, ${rows} x ${columns}`, async () => {
    const errors = await checkOp(device, {
      name: "swiglu",
      inputs: { gate_up: normal([rows, 2 * columns], 1, 2) },
      dynamicRows: ["gate_up"],
      op: ({ gate_up }) => ({ y: swiglu(gate_up!) }),
      reference: swigluReference,
      gradients: ["gate_up"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("swiglu and its gradient stay finite where the exponential overflows", async () => {
  const errors = await checkOp(device, {
    name: "swiglu",
    inputs: { gate_up: given([6, 2], [-1000, 1, -95, 2, -30, -1, 30, 1, 95, 2, 1000, -1]) },
    op: ({ gate_up }) => ({ y: swiglu(gate_up!) }),
    reference: swigluReference,
    gradients: ["gate_up"],
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
});
