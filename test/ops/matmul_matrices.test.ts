import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import type { KernelVariant } from "../../src/gpu/link.ts";
import { createMeasuringDevice } from "../../src/gpu/measuring.ts";
import type { SubgroupMatrix } from "../../src/gpu/subgroup_matrix.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { type Layout, matmul } from "../../src/ops/matmul/op.ts";
import { type HostValues, measureOp, type OpMeasurement } from "../../src/testing/check_op.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { exact, normal } from "../../src/testing/values.ts";

const { ENTROPIC_SUBGROUP_MATRIX = "emulated" } = process.env;
const isEmulated = ENTROPIC_SUBGROUP_MATRIX === "emulated";
if (isEmulated) await import("../narrow_vectors.ts");

/**
 * Plain invocations stand for the matrix instructions here, which few adapters have, unless ENTROPIC_SUBGROUP_MATRIX=f16 asks for the
 * instructions themselves. All else is the kernel that GPUs run: how values are fetched, staged, cut in two, handed to the matrices, added
 * up and stored.
 */
const device = await openDevice({ kernels: "hardware", subgroupMatrix: isEmulated ? "emulated" : "f16", tune: false });
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

/** The largest error of a row over the row's largest result, by the kernel that the device chooses. */
async function errorOf(product: Product, on: Device = device): Promise<number> {
  const { layout, shape } = product;
  const [{ actual, expected }] = (await measureOp(on, {
    name: "matmul",
    inputs: valuesOf(product),
    op: ({ a, b, bias, residual }) => ({ y: matmul(a!, b!, { layout, bias, residual }) }),
    reference: (values) => matmulReference(values, layout),
  })) as [OpMeasurement];
  const [rows, columns] = shape;
  let worst = 0;
  for (let begin = 0; begin < rows * columns; begin += columns) {
    const row = expected.subarray(begin, begin + columns);
    const size = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    row.forEach((value, i) => {
      const error = Math.abs(actual[begin + i]! - value) / size;
      if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    });
  }
  return worst;
}

/** Of two tiles in a direction, with edges that no tile fills, loaded by quads and by values. */
const QUICK: readonly Product[] = [
  { layout: "NT", shape: [67, 70, 44] },
  { layout: "TN", shape: [65, 3, 50] },
];

/** A K of less and of more than a slice and than the steps that share a scale; frozen weights of both types; every term of an epilogue. */
const OTHERS: readonly Product[] = [
  { layout: "NN", shape: [1, 1, 1] },
  { layout: "NN", shape: [68, 132, 36], terms: true },
  { layout: "NT", shape: [128, 64, 16] },
  { layout: "NT", shape: [97, 68, 40], b: "bf16" },
  { layout: "NT", shape: [67, 70, 300], b: "f16", terms: true },
  { layout: "NN", shape: [65, 68, 130], b: "f16" },
  // Gradients as small as these are lost if they are rounded to f16 as they are, and rows may differ by any factor.
  { layout: "NT", shape: [67, 70, 300], b: "f16", scale: () => 1e-7 },
  { layout: "NT", shape: [67, 70, 300], b: "f16", scale: (row) => 10 ** (15 - row / 2) },
];

// Software adapters compile a variant of the emulated kernel for one to four seconds.
const products = process.env.ENTROPIC_SUBGROUP_MATRIX === undefined ? QUICK : [...QUICK, ...OTHERS];

/** The kernels of a product on a device, none of which is compiled. */
async function kernelsOf(on: Device, layout: Layout, dtype: "f32" | "f16" | "bf16"): Promise<string> {
  const trusting = createMeasuringDevice(on);
  const taken: string[] = [];
  const { kernel } = trusting;
  Object.assign(trusting, {
    kernel: (source: string, variant: KernelVariant) => {
      taken.push(`${source}${variant.conditions?.F16 ? " F16" : ""}`);
      return kernel(source, variant);
    },
  });
  const [a, b] = [layout === "TN" ? [44, 67] : [67, 44], layout === "NT" ? [70, 44] : [44, 70]];
  await buildPlan(trusting, "product", () => ({ keep: [matmul(input("a", a), input("b", b, dtype), { layout })] }));
  return taken.join();
}

function testProduct(product: Product, what = "", on: Device = device): void {
  const { layout, shape, b = "f32", terms, scale } = product;
  const values = `b ${b}${terms ? ", with terms" : ""}${scale ? `, rows as small as ${scale(66)}` : ""}`;
  const component = b === "f16" && layout !== "TN" ? "f16" : "f32";
  const skip = !on.subgroupMatrices.some((matrix) => matrix.component === component) && `the adapter has no ${component} matrices`;
  test(`${layout} of ${shape.join(" x ")}, ${values}${what}`, { skip }, async (context) => {
    const warnings: string[] = [];
    context.mock.method(console, "error", (line: string) => warnings.push(line));
    assert.equal(await kernelsOf(on, layout, b), `matmul/subgroup_matrix${component === "f16" ? " F16" : ""}`);
    const error = await errorOf(product, on);
    context.diagnostic(`error ${error.toExponential(1)}`);
    assert.ok(error < 1e-6, `error ${error}`);
    assert.deepEqual(warnings, [], "a kernel failed its check, and another took its place");
  });
}

for (const product of products) testProduct(product);

/** Instructions of other sizes: of NVIDIA's, of AMD's with 64 lanes, of Intel's, of lavapipe's. */
const SIZES: readonly Omit<SubgroupMatrix, "emulated">[] = [
  { component: "f16", height: 8, width: 16, depth: 16, lanes: 16 },
  { component: "f16", height: 16, width: 8, depth: 8, lanes: 32 },
  { component: "f16", height: 16, width: 16, depth: 16, lanes: 64 },
  { component: "f16", height: 8, width: 8, depth: 16, lanes: 8 },
  { component: "f16", height: 8, width: 8, depth: 8, lanes: 8 },
  { component: "f32", height: 16, width: 16, depth: 4, lanes: 64 },
];

if (isEmulated) {
  for (const size of products === QUICK ? SIZES.slice(0, 1) : SIZES) {
    const { component, height, width, depth, lanes } = size;
    const product = { layout: "NT", shape: [67, 70, 300], b: component } as const;
    const sized = { ...device, subgroupMatrices: [{ ...size, emulated: true }] };
    testProduct(product, `, by ${height} x ${width} x ${depth} of ${lanes} lanes`, sized);
  }
}

test("frozen f16 weights are multiplied by f16 matrices, and all others by f32 matrices", { skip: !isEmulated }, async () => {
  assert.equal(await kernelsOf(device, "NN", "f32"), "matmul/subgroup_matrix");
  assert.equal(await kernelsOf(device, "NT", "bf16"), "matmul/subgroup_matrix");
  assert.equal(await kernelsOf(device, "NT", "f16"), "matmul/subgroup_matrix F16");
  assert.equal(await kernelsOf(device, "NN", "f16"), "matmul/subgroup_matrix F16");
});
