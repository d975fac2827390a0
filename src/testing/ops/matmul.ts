import { type Layout, type MatmulFamily, matmul } from "../../ops/matmul/op.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { matmulReference } from "../reference/matmul.ts";
import { normal } from "../values.ts";

const LAYOUTS: readonly Layout[] = ["NN", "NT", "TN"];
/** The families that compute every layout. */
export const FAMILIES: readonly MatmulFamily[] = ["subgroup", "register", "tiled"];

/** Rows, columns and inner size of y = a b. */
export type MatmulShape = readonly [rows: number, columns: number, inner: number];

/** Odd ones, one element, one row; the last six take the paths for multiples of 4. */
const SHAPES: readonly MatmulShape[] = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 33, 65],
  [2, 130, 9],
  [130, 97, 48],
  [5, 6, 8],
  [1, 64, 64],
  [6, 36, 12],
  [36, 52, 20],
  [64, 48, 112],
  [16, 132, 128],
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

/** More rows than a lane, a tile or a part of the sum has; whole quads, and others. */
const LONG_SHAPES: readonly (readonly ["NN" | "NT", MatmulShape])[] = [
  ["NT", [530, 9, 5]],
  ["NN", [523, 20, 12]],
];

/** The gradients of a weight and its bias over many rows, which one product computes. */
function withBias(layout: Layout, family: MatmulFamily, shape: MatmulShape): OpCase {
  const [rows, columns] = shape;
  return {
    name: "matmul",
    title: `gradients of weight and bias through ${layout} by ${family} of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    quick: rows === 530,
    inputs: { ...operands(layout, shape), bias: normal([columns], 3) },
    dynamicRows: ["a"],
    parameters: ["b", "bias"],
    op: ({ a, b, bias }) => ({ y: matmul(a!, b!, { layout, bias, family }) }),
    reference: (inputs) => matmulReference(inputs, layout),
    gradients: ["b", "bias"],
  };
}

const VECTOR_SHAPES: readonly MatmulShape[] = [
  [1, 7, 300],
  [3, 9, 5],
  [8, 20, 1023],
  [13, 33, 64],
];

function byVector(shape: MatmulShape): OpCase {
  const [rows, columns] = shape;
  return {
    name: "matmul",
    title: `NT by vector of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    quick: rows === 13,
    inputs: { ...operands("NT", shape), bias: normal([columns], 3), residual: normal([rows, columns], 4) },
    dynamicRows: ["a", "residual"],
    op: ({ a, b, bias, residual }) => ({ y: matmul(a!, b!, { layout: "NT", bias, residual, family: "vector" }) }),
    reference: (inputs) => matmulReference(inputs, "NT"),
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

export const matmulCases: readonly OpCase[] = [...byFamily, ...biases, ...VECTOR_SHAPES.map(byVector), shared()];
