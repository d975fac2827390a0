import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { type Layout, matmul } from "../../src/ops/matmul/op.ts";
import { checkOp, type HostValues } from "../../src/testing/check_op.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { exact, normal } from "../../src/testing/values.ts";

/**
 * Plain invocations stand for the matrix instructions here, which no software adapter has. All else is the kernel that GPUs run: how
 * values are fetched, staged, cut in two, handed to the matrices, added up and stored.
 */
const device = await openDevice({ kernels: "hardware", subgroupMatrix: "emulated", tune: false });
after(() => device.destroy());

interface Product {
  readonly layout: Layout;
  readonly shape: readonly [rows: number, columns: number, inner: number];
  readonly b?: "f32" | "f16" | "bf16";
  /** What the values of a are multiplied by, row by row. */
  readonly scale?: (row: number) => number;
  readonly terms?: boolean;
}

function valuesOf({ layout, shape: [rows, columns, inner], b = "f32", scale = () => 1, terms = false }: Product): HostValues {
  const shapeOfB = layout === "NT" ? [columns, inner] : [inner, columns];
  const plain = normal(layout === "TN" ? [inner, rows] : [rows, inner], 1);
  const rowOf = (i: number): number => (layout === "TN" ? i % rows : Math.floor(i / inner));
  return {
    a: { ...plain, data: Float64Array.from(plain.data, (value, i) => Math.fround(value * scale(rowOf(i)))) },
    b: b === "f32" ? normal(shapeOfB, 2) : exact(shapeOfB, b, 2),
    ...(terms ? { bias: normal([columns], 3), residual: normal([rows, columns], 4) } : {}),
  };
}

/** The largest error of a product over its largest result, by the kernel that the device chooses. */
async function errorOf(product: Product): Promise<number> {
  const { layout } = product;
  const inputs = valuesOf(product);
  const { y } = await checkOp(device, {
    name: "matmul",
    inputs,
    op: ({ a, b, bias, residual }) => ({ y: matmul(a!, b!, { layout, bias, residual }) }),
    reference: (values) => matmulReference(values, layout),
  });
  return y!;
}

/** Odd sizes, rows of whole quads, one tile and several, a K of less and of more than a slice and than the steps that share a scale. */
const PRODUCTS: readonly Product[] = [
  { layout: "NN", shape: [1, 1, 1] },
  { layout: "NN", shape: [68, 132, 36], terms: true },
  { layout: "NT", shape: [67, 70, 45], terms: true },
  { layout: "NT", shape: [64, 64, 16] },
  { layout: "TN", shape: [65, 3, 50] },
  { layout: "TN", shape: [72, 64, 20], terms: true },
  { layout: "NT", shape: [33, 68, 40], b: "bf16" },
  { layout: "NN", shape: [5, 67, 33], b: "bf16" },
  { layout: "NT", shape: [67, 70, 300], b: "f16", terms: true },
  { layout: "NT", shape: [68, 132, 256], b: "f16" },
  { layout: "NN", shape: [65, 68, 130], b: "f16" },
  { layout: "NN", shape: [3, 5, 7], b: "f16" },
];

test("products of odd sizes, of all layouts and types", async (context) => {
  const warnings: string[] = [];
  context.mock.method(console, "error", (line: string) => warnings.push(line));
  for (const product of PRODUCTS) {
    const error = await errorOf(product);
    assert.ok(error < 1e-6, `${JSON.stringify(product)}: ${error}`);
  }
  assert.deepEqual(warnings, [], "a kernel failed its check, and another took its place");
});
