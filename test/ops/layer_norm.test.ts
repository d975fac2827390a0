import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { layerNorm } from "../../src/ops/layer_norm.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { layerNormReference } from "../../src/testing/reference/layer_norm.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const EPS = 1e-5;

for (const [rows, columns] of [
  [1, 5],
  [3, 7],
  [70, 33],
  [130, 9],
  [4, 150],
  [5, 12],
  [3, 160],
] as const) {
  test(`layer_norm and its gradients, ${rows} x ${columns}`, async () => {
    const errors = await checkOp(device, {
      name: "layer_norm",
      inputs: { x: normal([rows, columns], 1), weight: normal([columns], 2), bias: normal([columns], 3) },
      dynamicRows: ["x"],
      parameters: ["weight", "bias"],
      op: ({ x, weight, bias }) => ({ y: layerNorm(x!, weight!, bias!, EPS) }),
      reference: (inputs) => layerNormReference(inputs, EPS),
      gradients: ["x", "weight", "bias"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("layer_norm is exact where the mean is far larger than the spread", async () => {
  const x = normal([4, 50], 4);
  // Multiples of 1/16 around 4096: mean(x^2) - mean^2 would lose every digit of the variance.
  const shifted = { ...x, data: x.data.map((value) => 4096 + Math.round(value * 16) / 16) };
  const errors = await checkOp(device, {
    name: "layer_norm",
    inputs: { x: shifted, weight: normal([50], 2), bias: normal([50], 3) },
    op: (inputs) => ({ y: layerNorm(inputs.x!, inputs.weight!, inputs.bias!, EPS) }),
    reference: (inputs) => layerNormReference(inputs, EPS),
  });
  // The mean itself is known to 4096 * 2^-24 * a few.
  assert.ok(errors.y! < 1e-3, `y: relative error ${errors.y} on ${device.name}`);
});

test("layer_norm without sinks gives fresh gradients of its weight and bias", async () => {
  const errors = await checkOp(device, {
    name: "layer_norm",
    inputs: { x: normal([9, 6], 1), weight: normal([6], 2), bias: normal([6], 3) },
    op: ({ x, weight, bias }) => ({ y: layerNorm(x!, weight!, bias!, EPS) }),
    reference: (inputs) => layerNormReference(inputs, EPS),
    gradients: ["weight", "bias"],
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
});

test("layer_norm adds the gradient that x has from its other readers", async () => {
  for (const columns of [10, 12]) {
    const errors = await checkOp(device, {
      name: "layer_norm",
      inputs: { x: normal([5, columns], 1), weight: normal([columns], 2), bias: normal([columns], 3) },
      dynamicRows: ["x"],
      op: ({ x, weight, bias }) => ({ y: add(x!, layerNorm(x!, weight!, bias!, EPS)) }),
      reference: (inputs) => ({ y: layerNormReference(inputs, EPS).y.map((value, i) => value + inputs.x!.data[i]!) }),
      gradients: ["x"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  }
});
