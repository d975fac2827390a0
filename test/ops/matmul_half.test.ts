import assert from "node:assert/strict";
import { after, test } from "node:test";
import { unpackHalves } from "../../src/half_float.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { type MatmulFamily, matmul } from "../../src/ops/matmul/op.ts";
import { checkOp, type HostValue } from "../../src/testing/check_op.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const FAMILIES: readonly MatmulFamily[] = device.subgroups ? ["subgroup", "register", "tiled", "vector"] : ["register", "tiled", "vector"];

/** Rows, columns, inner size. Odd ones, in which a pair of halves lies across two rows of b; few rows; the last for quads. */
const SHAPES = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 33, 65],
  [53, 21, 6],
  [64, 48, 112],
  [5, 132, 128],
] as const;

/** Random halves of all sizes that a weight may have, subnormal ones included, and the values that they stand for. */
function halves(count: number): { words: Uint32Array; values: Float64Array } {
  const random = normal([count + 1], 7).data;
  const bits = (i: number): number => {
    const x = random[i]!;
    const exponent = Math.floor(Math.abs(x) * 1000) % 16;
    return ((x < 0 ? 1 : 0) << 15) | (exponent << 10) | (Math.floor(Math.abs(x) * 1e6) & 0x3ff);
  };
  const words = Uint32Array.from(
    { length: Math.ceil(count / 2) },
    (_, i) => ((bits(2 * i + 1 < count ? 2 * i + 1 : count) << 16) | bits(2 * i)) >>> 0,
  );
  return { words, values: Float64Array.from(unpackHalves(words).subarray(0, count)) };
}

for (const family of FAMILIES) {
  for (const layout of family === "vector" ? (["NT"] as const) : (["NN", "NT"] as const)) {
    for (const [rows, columns, inner] of SHAPES) {
      test(`matmul ${layout} by ${family} reads b as halves, ${rows} x ${columns} x ${inner}`, async () => {
        const { words, values } = halves(columns * inner);
        const shape = layout === "NT" ? [columns, inner] : [inner, columns];
        const b: HostValue = { shape, data: values };
        const bias = normal([columns], 3);
        const errors = await checkOp(device, {
          name: "matmul",
          inputs: {
            a: normal([rows, inner], 1),
            // What must not be read.
            b: { shape, data: new Float64Array(columns * inner).fill(1e6) },
            half: { shape: [words.length], data: Float64Array.from(words), dtype: "u32" },
            bias,
            residual: normal([rows, columns], 4),
          },
          dynamicRows: ["a", "residual"],
          op: (i) => ({ y: matmul(i.a!, { tensor: i.b!, half: i.half! }, { layout, bias: i.bias, residual: i.residual, family }) }),
          reference: (inputs) => matmulReference({ ...inputs, b }, layout),
        });
        assert.ok(errors.y! < 1e-5, `relative error ${errors.y} on ${device.name}`);
      });
    }
  }
}

test("too few halves are refused", async () => {
  const check = checkOp(device, {
    name: "matmul",
    inputs: { a: normal([2, 3], 1), b: normal([5, 3], 2), half: { shape: [7], data: new Float64Array(7), dtype: "u32" } },
    op: (i) => ({ y: matmul(i.a!, { tensor: i.b!, half: i.half! }, { layout: "NT" }) }),
    reference: (inputs) => matmulReference(inputs, "NT"),
  });
  await assert.rejects(check, /matmul NT: given .* as many halves as b has elements/);
});
