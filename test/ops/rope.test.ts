import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { rope } from "../../src/ops/rope.ts";
import { ropeTable } from "../../src/ops/rope_table.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { given, integers, normal } from "../../src/testing/values.ts";
import { ropeReference } from "../reference/rope.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, heads, keyValueHeads, headDim] of [
  [1, 1, 1, 2],
  [5, 3, 1, 6],
  [13, 4, 2, 20],
] as const) {
  test(`rope and its gradient, ${rows} rows, heads ${heads} and ${keyValueHeads} of ${headDim}`, async () => {
    const layout = { heads, keyValueHeads, headDim };
    const table = ropeTable({ positions: 11, headDim, theta: 100 });
    const errors = await checkOp(device, {
      name: "rope",
      inputs: {
        x: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
        positions: integers([rows], 11, 2),
        table: given([11, headDim], [...table]),
      },
      dynamicRows: ["x", "positions"],
      op: ({ x, positions, table: angles }) => ({ y: rope(x!, positions!, angles!, layout) }),
      reference: (inputs) => ropeReference(inputs, layout),
      gradients: ["x"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-6, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("the table holds the cosines and sines of llama3-scaled and linear frequencies", () => {
  const plain = ropeTable({ positions: 9, headDim: 8, theta: 10000 });
  assert.ok(Math.abs(plain[8 * 8 + 1]! - Math.cos(8 * 10000 ** (-2 / 8))) < 1e-7);
  const linear = ropeTable({ positions: 9, headDim: 8, theta: 10000, scaling: { kind: "linear", factor: 4 } });
  assert.deepEqual(linear.subarray(8 * 8), plain.subarray(2 * 8, 3 * 8), "a factor of 4 makes position 8 what 2 was");
  const scaling = { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 16 } as const;
  const scaled = ropeTable({ positions: 9, headDim: 8, theta: 10000, scaling });
  // Wavelength 2 pi: between 16 / 4 and 16 / 1, so interpolated; wavelength 6283: above 16, so divided by the factor.
  const smooth = (16 / (2 * Math.PI) - 1) / 3;
  assert.ok(Math.abs(scaled[8]! - Math.cos((1 - smooth) / 8 + smooth)) < 1e-7);
  assert.ok(Math.abs(scaled[8 * 8 + 3]! - Math.cos((8 * 10000 ** (-6 / 8)) / 8)) < 1e-7);
});

test("an odd head size is refused with the shapes", async () => {
  const layout = { heads: 1, keyValueHeads: 1, headDim: 3 };
  const inputs = { x: normal([2, 9], 1), positions: integers([2], 2, 1), table: normal([2, 3], 2) };
  const check = { name: "rope", inputs, op: () => ({}), reference: () => ({}) };
  await assert.rejects(
    checkOp(device, { ...check, op: ({ x, positions, table }) => ({ y: rope(x!, positions!, table!, layout) }) }),
    /rope: given x \[2, 9\].*even D/,
  );
});
