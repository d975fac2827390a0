import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { qkNorm } from "../../src/ops/qk_norm.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { normal } from "../../src/testing/values.ts";
import { qkNormReference } from "../reference/qk_norm.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, heads, keyValueHeads, headDim] of [
  [1, 1, 1, 5],
  [7, 3, 1, 6],
  [70, 2, 2, 11],
] as const) {
  test(`qk_norm and its gradients, ${rows} rows, heads ${heads} and ${keyValueHeads} of ${headDim}`, async () => {
    const layout = { heads, keyValueHeads, headDim };
    const errors = await checkOp(device, {
      name: "qk_norm",
      inputs: {
        x: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
        query_weight: normal([headDim], 2),
        key_weight: normal([headDim], 3),
      },
      dynamicRows: ["x"],
      parameters: ["query_weight", "key_weight"],
      op: ({ x, query_weight, key_weight }) => ({ y: qkNorm(x!, query_weight!, key_weight!, 1e-5, layout) }),
      reference: (inputs) => qkNormReference(inputs, layout, 1e-5),
      gradients: ["x", "query_weight", "key_weight"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}
