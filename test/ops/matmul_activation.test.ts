import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { type MatmulFamily, matmul } from "../../src/ops/matmul/op.ts";
import { checkOp, type HostValues } from "../../src/testing/check_op.ts";
import { geluReference } from "../../src/testing/reference/gelu.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const FAMILIES: readonly MatmulFamily[] = device.subgroups ? ["subgroup", "register", "tiled"] : ["register", "tiled"];

/** y = gelu(x up + bias) down, in double precision. */
function mlpReference({ x, up, bias, down }: HostValues): { y: Float64Array } {
  const wide = { shape: [x!.shape[0]!, up!.shape[1]!], data: matmulReference({ a: x!, b: up!, bias: bias! }, "NN").y };
  return { y: matmulReference({ a: { ...wide, data: geluReference({ x: wide }).y }, b: down! }, "NN").y };
}

for (const family of FAMILIES) {
  // Rows of 12 are stored as quads, rows of 7 value by value; 53 rows are more than a tile.
  for (const [rows, width, hidden] of [
    [5, 8, 12],
    [3, 5, 7],
    [53, 4, 8],
  ] as const) {
    test(`gelu in a matmul's epilogue and its gradient, by ${family}, ${rows} x ${width} x ${hidden}`, async () => {
      const errors = await checkOp(device, {
        name: "mlp",
        inputs: {
          x: normal([rows, width], 1),
          up: normal([width, hidden], 2),
          bias: normal([hidden], 3),
          down: normal([hidden, width], 4),
        },
        dynamicRows: ["x"],
        parameters: ["up", "bias", "down"],
        op: ({ x, up, bias, down }) => {
          const activated = gelu(matmul(x!, up!, { layout: "NN", bias, family }));
          return { y: matmul(activated, down!, { layout: "NN", family }) };
        },
        reference: mlpReference,
        gradients: ["x", "up", "bias", "down"],
      });
      for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
    });
  }

  test(`gelu costs no kernel of its own by ${family}`, async () => {
    const plan = await buildPlan(device, "mlp", () => ({
      keep: [gelu(matmul(input("x", [4, 8]), input("w", [8, 8]), { layout: "NN", family }))],
    }));
    const kernels = plan.launches.launches.map((launch) => launch.kernel.id);
    assert.deepEqual(kernels, [`matmul/${family}`]);
    plan.destroy();
  });
}

/** Few rows have kernels of their own, and so has a sum over many rows that is cut into parts. */
const OTHERS = [
  ...(device.subgroups ? ([["NT", "subgroup", [5, 12, 8]]] as const) : []),
  ["NT", "vector", [5, 12, 8]],
  ["NT", "vector", [3, 7, 5]],
  ["TN", "tiled", [8, 12, 600]],
  ["TN", "tiled", [5, 7, 600]],
] as const;

for (const [layout, family, [rows, columns, inner]] of OTHERS) {
  test(`gelu in the epilogue of ${layout} by ${family}, ${rows} x ${columns} x ${inner}`, async () => {
    const errors = await checkOp(device, {
      name: "gelu",
      inputs: {
        a: normal(layout === "TN" ? [inner, rows] : [rows, inner], 1),
        b: normal(layout === "NT" ? [columns, inner] : [inner, columns], 2),
        bias: normal([columns], 3),
      },
      op: ({ a, b, bias }) => ({ y: gelu(matmul(a!, b!, { layout, bias, family })) }),
      reference: (inputs) => {
        const x = { shape: [rows, columns], data: matmulReference(inputs, layout).y };
        return { y: geluReference({ x }).y };
      },
    });
    assert.ok(errors.y! < 2e-5, `relative error ${errors.y} on ${device.name}`);
  });
}

test("gelu of a product that was overwritten since is computed from what is there", async () => {
  const errors = await checkOp(device, {
    name: "overwritten",
    inputs: { a: normal([4, 4], 1), b: normal([4, 4], 2) },
    op: ({ a, b }) => {
      const product = matmul(a!, b!, { layout: "NN" });
      matmul(b!, a!, { layout: "NN", sink: { onto: product, accumulate: 1 } });
      return { y: gelu(product) };
    },
    reference: ({ a, b }) => {
      const both = matmulReference({ a: a!, b: b! }, "NN").y.map((value, i) => value + matmulReference({ a: b!, b: a! }, "NN").y[i]!);
      return { y: geluReference({ x: { shape: [4, 4], data: both } }).y };
    },
  });
  assert.ok(errors.y! < 2e-5, `relative error ${errors.y} on ${device.name}`);
});
