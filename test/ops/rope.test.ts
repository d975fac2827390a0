import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { rope } from "../../src/ops/rope.ts";
import { ropeTable } from "../../src/ops/rope_table.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { ropeReference } from "../../src/testing/reference/rope.ts";
import { given, integers, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, heads, keyValueHeads, headDim] of [
  [1, 1, 1, 2],
  [7, 6, 2, 10],
  [13, 4, 1, 12],
  [19, 3, 3, 16],
  [3, 2, 1, 40],
] as const) {
  test(`rope and its gradient, ${rows} rows, heads ${heads}/${keyValueHeads} of ${headDim}`, async () => {
    const layout = { heads, keyValueHeads, headDim };
    const table = ropeTable({ positions: 30, headDim, theta: 10000 });
    const errors = await checkOp(device, {
      name: "rope",
      inputs: {
        x: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
        positions: integers([rows], 30, 2),
        table: given([30, headDim], [...table]),
      },
      dynamicRows: ["x", "positions"],
      op: ({ x, positions, table }) => ({ y: rope(x!, positions!, table!, layout) }),
      reference: (inputs) => ropeReference(inputs, layout),
      gradients: ["x"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-6, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("rope refuses heads of odd length", async () => {
  const layout = { heads: 1, keyValueHeads: 1, headDim: 7 };
  await assert.rejects(
    evaluate(device, () => [rope(input("x", [2, 21]), input("positions", [2], "u32"), input("table", [4, 7]), layout)]),
    /rope: given x \[2, 21\].*an even number/,
  );
});
