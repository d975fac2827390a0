import { wholeQuads } from "../../ops/elements.ts";
import { type Layout, type MatmulFamily, matmul } from "../../ops/matmul/op.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { matmulReference } from "../reference/matmul.ts";
import { normal, padRows } from "../values.ts";

const LAYOUTS: readonly Layout[] = ["NN", "NT", "TN"];
/** The families that compute every layout. */
export const FAMILIES: readonly MatmulFamily[] = ["subgroup", "register", "tiled"];

/** Whether no software adapter takes a family's kernels by itself. */
export const isForGpus = (family: MatmulFamily): boolean => family === "tiled" || family === "sliced";

/** Rows, columns and inner size of y = a b. */
export type MatmulShape = readonly [rows: number, columns: number, inner: number];

/**
 * Odd ones, one element, one row; eight of the last ones take the paths for multiples of 4. Four have a K of several blocks
 * (held.wgsl), one a share of rows that is no multiple of 4 (held_transposed.wgsl), and the last three so many rows that a lane of eight has
 * two quads of columns, the second of which may lack columns or all of them.
 */
const SHAPES: readonly MatmulShape[] = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 33, 65],
  [2, 130, 9],
  [130, 97, 48],
  [70, 33, 190],
  [5, 6, 8],
  [1, 64, 64],
  [6, 36, 12],
  [36, 52, 20],
  [64, 48, 112],
  [16, 132, 128],
  [132, 36, 252],
  [100, 180, 20],
  [257, 61, 37],
  [261, 196, 132],
  [259, 33, 141],
];

export function operands(layout: Layout, [rows, columns, inner]: MatmulShape): { a: HostValue; b: HostValue } {
  const a = normal(layout === "TN" ? [inner, rows] : [rows, inner], 1);
  const b = normal(layout === "NT" ? [columns, inner] : [inner, columns], 2);
  return { a, b };
}

function plainProduct(layout: Layout, family: MatmulFamily, shape: MatmulShape): OpCase {
  return {
    name: "matmul",
    title: `${layout} by ${family} of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: shape[0] === 17,
    inputs: operands(layout, shape),
    dynamicRows: layout === "TN" ? ["a", "b"] : ["a"],
    op: ({ a, b }) => ({ y: matmul(a!, b!, { layout, family }) }),
    reference: (inputs) => matmulReference(inputs, layout),
  };
}

function withTerms(layout: Layout, family: MatmulFamily, shape: MatmulShape): OpCase {
  const [rows, columns, inner] = shape;
  const small = rows * columns * inner < 4000;
  return {
    name: "matmul",
    title: `${layout} with bias and residual by ${family} of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 6,
    slow: family === "tiled" && rows < 6,
    inputs: { ...operands(layout, shape), bias: normal([columns], 3), residual: normal([rows, columns], 4) },
    dynamicRows: ["a", "residual"],
    parameters: ["b", "bias"],
    op: ({ a, b, bias, residual }) => ({ y: matmul(a!, b!, { layout, bias, residual, family }) }),
    reference: (inputs) => matmulReference(inputs, layout),
    gradients: small ? ["a", "b", "bias", "residual"] : [],
  };
}

/** More rows than a lane, a tile or a part of the sum has; whole quads, and others; gradients with two quads of columns a lane. */
const LONG_SHAPES: readonly (readonly ["NN" | "NT", MatmulShape])[] = [
  ["NT", [530, 9, 5]],
  ["NN", [523, 20, 12]],
  ["NT", [140, 130, 37]],
  ["NN", [141, 37, 130]],
];

/** The gradients of a weight and its bias over many rows, which one product computes. */
function withBias(layout: "NN" | "NT", family: MatmulFamily, shape: MatmulShape): OpCase {
  const [rows, columns] = shape;
  return {
    name: "matmul",
    title: `gradients of weight and bias through ${layout} by ${family} of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 530,
    inputs: { ...operands(layout, shape), bias: normal([columns], 3) },
    dynamicRows: ["a"],
    parameters: ["b", "bias"],
    op: ({ a, b, bias }) => ({ y: matmul(a!, b!, { layout, bias, family }) }),
    reference: (inputs) => matmulReference(inputs, layout),
    gradients: ["b", "bias"],
    // Where there are four thousand weights, central differences would take eight thousand products.
    ...(rows < 500 ? { referenceGradients: ({ a }, { y }) => gradientsReference(a!, { shape: [rows, columns], data: y! }, layout) } : {}),
  };
}

/** db and dbias of y = a op(b) + bias, where dy is g: b is [N, K] in NT and [K, N] in NN. */
function gradientsReference(a: HostValue, g: HostValue, layout: "NT" | "NN"): Record<"b" | "bias", Float64Array> {
  const [left, right] = layout === "NT" ? [g, a] : [a, g];
  const [rows, columns] = g.shape as [number, number];
  const bias = Float64Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += g.data[row * columns + column]!;
    return sum;
  });
  return { b: matmulReference({ a: left, b: right }, "TN").y, bias };
}

const SLICED_SHAPES: readonly MatmulShape[] = [
  [1, 7, 600],
  [3, 9, 5],
  [8, 20, 1027],
  [13, 33, 64],
];

function bySlices(shape: MatmulShape): OpCase {
  const [rows, columns] = shape;
  return {
    name: "matmul",
    title: `NT by slices of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    forGpus: true,
    quick: rows === 13,
    inputs: { ...operands("NT", shape), bias: normal([columns], 3), residual: normal([rows, columns], 4) },
    dynamicRows: ["a", "residual"],
    op: ({ a, b, bias, residual }) => ({ y: matmul(a!, b!, { layout: "NT", bias, residual, family: "sliced" }) }),
    reference: (inputs) => matmulReference(inputs, "NT"),
  };
}

/** Rows of logits, hidden size and vocabulary, which pads a row by 3, 2 and 1. The second has rows of no quads, the last a long sum in NN. */
const PADDED_SHAPES: readonly (readonly [rows: number, width: number, vocabulary: number])[] = [
  [5, 8, 97],
  [53, 6, 18],
  [9, 4, 1031],
];

/** y = a b^T in rows padded to whole quads, and the gradients of a and b by it. */
function padded(family: MatmulFamily, [rows, width, vocabulary]: (typeof PADDED_SHAPES)[number]): OpCase {
  const gradient = normal([rows, vocabulary], 3);
  const zeros = (values: Float64Array, fill = padRows({ shape: [rows, vocabulary], data: values }).data): Float64Array =>
    fill.map((x, i) => (i % wholeQuads(vocabulary) < vocabulary ? x : 0));
  return {
    name: "matmul",
    title: `padded rows by ${family} of ${rows} x ${vocabulary} x ${width}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 5,
    inputs: {
      a: normal([rows, width], 1),
      b: normal([vocabulary, width], 2),
      g: { shape: [rows, wholeQuads(vocabulary)], data: zeros(gradient.data) },
    },
    dynamicRows: ["a", "g"],
    op: ({ a, b, g }) => {
      const options = { valid: vocabulary, family };
      const y = matmul(a!, b!, { ...options, layout: "NT" });
      return { y, of_a: matmul(g!, b!, { ...options, layout: "NN" }), of_b: matmul(g!, a!, { ...options, layout: "TN" }) };
    },
    reference: ({ a, b }) => ({
      y: zeros(matmulReference({ a: a!, b: b! }, "NT").y),
      of_a: matmulReference({ a: gradient, b: b! }, "NN").y,
      of_b: matmulReference({ a: gradient, b: a! }, "TN").y,
    }),
  };
}

/** Three products of one input, whose gradients meet in their epilogues. */
function shared(): OpCase {
  const product = (x: HostValue, w: HostValue): Float64Array => matmulReference({ a: x, b: w }, "NT").y;
  return {
    name: "matmul",
    title: "gradients of one input through several products",
    tolerance: 1e-5,
    quick: true,
    inputs: { x: normal([5, 8], 1), p: normal([6, 8], 2), q: normal([6, 8], 3), r: normal([6, 8], 4) },
    dynamicRows: ["x"],
    op: ({ x, p, q, r }) => {
      const [of_p, of_q, of_r] = [p, q, r].map((w) => matmul(x!, w!, { layout: "NT" }));
      return { p: of_p!, q: of_q!, r: of_r! };
    },
    reference: ({ x, p, q, r }) => ({ p: product(x!, p!), q: product(x!, q!), r: product(x!, r!) }),
    gradients: ["x", "p"],
  };
}

const byFamily = FAMILIES.flatMap((family) =>
  LAYOUTS.flatMap((layout) =>
    SHAPES.flatMap((shape) => [plainProduct(layout, family, shape), ...(layout === "TN" ? [] : [withTerms(layout, family, shape)])]),
  ),
);

const biases = FAMILIES.flatMap((family) => LONG_SHAPES.map(([layout, shape]) => withBias(layout, family, shape)));

const paddedRows = FAMILIES.flatMap((family) => PADDED_SHAPES.map((shape) => padded(family, shape)));

export const matmulCases: readonly OpCase[] = [...byFamily, ...biases, ...paddedRows, ...SLICED_SHAPES.map(bySlices), shared()];
