import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { rmsNormOp } from "../../src/ops/rms_norm.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { rmsNormReference } from "../../src/testing/reference/rms_norm.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, columns] of [
  [1, 5],
  [3, 7],
  [70, 33],
  [130, 9],
  [4, 150],
  [5, 12],
  [3, 160],
] as const) {
  test(`rms_norm and its gradients, ${rows} x ${columns}`, async () => {
    const errors = await checkOp(device, {
      name: "rms_norm",
      inputs: { x: normal([rows, columns], 1), weight: normal([columns], 2) },
      dynamicRows: ["x"],
      parameters: ["weight"],
      op: ({ x, weight }) => ({ y: rmsNormOp({ x: x!, weight: weight! }, { eps: 1e-5 }).y }),
      reference: (inputs) => ({ y: rmsNormReference(inputs, 1e-5).y }),
      gradients: ["x", "weight"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("rms_norm adds the gradient that x has from its other readers", async () => {
  for (const columns of [10, 12]) {
    const errors = await checkOp(device, {
      name: "rms_norm",
      inputs: { x: normal([5, columns], 1), weight: normal([columns], 2) },
      dynamicRows: ["x"],
      op: ({ x, weight }) => ({ y: add(x!, rmsNormOp({ x: x!, weight: weight! }, { eps: 1e-5 }).y) }),
      reference: (inputs) => ({ y: rmsNormReference(inputs, 1e-5).y.map((value, i) => value + inputs.x!.data[i]!) }),
      gradients: ["x"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  }
});
