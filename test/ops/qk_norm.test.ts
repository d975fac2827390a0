import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { qkNormOp } from "../../src/ops/qk_norm.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { qkNormReference } from "../../src/testing/reference/qk_norm.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, heads, keyValueHeads, headDim] of [
  [1, 1, 1, 1],
  [3, 6, 2, 7],
  [70, 2, 1, 12],
  [130, 1, 1, 5],
  [4, 3, 3, 34],
] as const) {
  for (const parameters of [[], ["query_weight", "key_weight"]]) {
    const where = parameters.length === 0 ? "fresh gradients" : "onto sinks";
    test(`qk_norm and its gradients (${where}), ${rows} rows, heads ${heads}/${keyValueHeads} of ${headDim}`, async () => {
      const layout = { heads, keyValueHeads, headDim };
      const errors = await checkOp(device, {
        name: "qk_norm",
        inputs: {
          x: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
          query_weight: normal([headDim], 2),
          key_weight: normal([headDim], 3),
        },
        dynamicRows: ["x"],
        parameters,
        op: ({ x, query_weight, key_weight }) => ({
          y: qkNormOp({ x: x!, query_weight: query_weight!, key_weight: key_weight! }, { eps: 1e-2, layout }).y,
        }),
        reference: (inputs) => ({ y: qkNormReference(inputs, 1e-2, layout).y }),
        gradients: ["x", "query_weight", "key_weight"],
      });
      for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
    });
  }
}
