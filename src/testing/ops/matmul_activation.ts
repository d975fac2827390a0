import { gelu } from "../../ops/gelu.ts";
import { type Layout, type MatmulFamily, matmul } from "../../ops/matmul/op.ts";
import type { HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { geluReference } from "../reference/gelu.ts";
import { matmulReference } from "../reference/matmul.ts";
import { normal } from "../values.ts";
import { FAMILIES, type MatmulShape } from "./matmul.ts";

/** y = gelu(x up + bias) down, in double precision. */
function mlpReference({ x, up, bias, down }: HostValues): { y: Float64Array } {
  const wide = { shape: [x!.shape[0]!, up!.shape[1]!], data: matmulReference({ a: x!, b: up!, bias: bias! }, "NN").y };
  return { y: matmulReference({ a: { ...wide, data: geluReference({ x: wide }).y }, b: down! }, "NN").y };
}

/** Rows of 12 are stored as quads, rows of 7 value by value; 53 rows are more than a tile. */
const WIDTHS = [
  [5, 8, 12],
  [3, 5, 7],
  [53, 4, 8],
] as const;

function mlp(family: MatmulFamily, [rows, width, hidden]: MatmulShape): OpCase {
  return {
    name: "matmul",
    title: `gelu in the epilogue by ${family} of ${rows} x ${width} x ${hidden}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    quick: rows === 3,
    inputs: { x: normal([rows, width], 1), up: normal([width, hidden], 2), bias: normal([hidden], 3), down: normal([hidden, width], 4) },
    dynamicRows: ["x"],
    parameters: ["up", "bias", "down"],
    op: ({ x, up, bias, down }) => {
      const activated = gelu(matmul(x!, up!, { layout: "NN", bias, family }));
      return { y: matmul(activated, down!, { layout: "NN", family }) };
    },
    reference: mlpReference,
    gradients: ["x", "up", "bias", "down"],
  };
}

/** Few rows have kernels of their own, and so has a sum over many rows that is cut into parts. */
const OTHERS: readonly (readonly [Layout, MatmulFamily, MatmulShape])[] = [
  ["NT", "subgroup", [5, 12, 8]],
  ["NT", "sliced", [5, 12, 8]],
  ["NT", "sliced", [3, 7, 5]],
  ["TN", "tiled", [8, 12, 600]],
  ["TN", "tiled", [5, 7, 600]],
];

function inEpilogue(layout: Layout, family: MatmulFamily, [rows, columns, inner]: MatmulShape): OpCase {
  return {
    name: "matmul",
    title: `gelu in the epilogue of ${layout} by ${family} of ${rows} x ${columns} x ${inner}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    quick: true,
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
  };
}

/** A product that something else was added onto before gelu reads it, so that the epilogue must not take gelu. */
const overwritten: OpCase = {
  name: "matmul",
  title: "gelu of a product that was overwritten since",
  tolerance: 2e-5,
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
};

export const matmulActivationCases: readonly OpCase[] = [
  ...FAMILIES.flatMap((family) => WIDTHS.map((widths) => mlp(family, widths))),
  ...OTHERS.map(([layout, family, shape]) => inEpilogue(layout, family, shape)),
  overwritten,
];
