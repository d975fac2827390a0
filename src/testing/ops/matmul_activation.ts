import { type GeluForm, gelu } from "../../ops/gelu.ts";
import { type Layout, type MatmulFamily, matmul } from "../../ops/matmul/op.ts";
import { swiglu } from "../../ops/swiglu.ts";
import type { HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { geluReference } from "../reference/gelu.ts";
import { matmulReference } from "../reference/matmul.ts";
import { swigluReference } from "../reference/swiglu.ts";
import { normal } from "../values.ts";
import { FAMILIES, isForGpus, type MatmulShape } from "./matmul.ts";

/** y = gelu(x up + bias) down, in double precision. */
function mlpReference({ x, up, bias, down }: HostValues, form: GeluForm): { y: Float64Array } {
  const wide = { shape: [x!.shape[0]!, up!.shape[1]!], data: matmulReference({ a: x!, b: up!, bias: bias! }, "NN").y };
  return { y: matmulReference({ a: { ...wide, data: geluReference({ x: wide }, form).y }, b: down! }, "NN").y };
}

const NAMES: Readonly<Record<GeluForm, string>> = { tanh: "gelu", erf: "exact gelu" };

/** Rows of 12 are stored as quads, rows of 7 value by value; 53 rows are more than a tile. */
const WIDTHS = [
  [5, 8, 12],
  [3, 5, 7],
  [53, 4, 8],
] as const;

function mlp(family: MatmulFamily, [rows, width, hidden]: MatmulShape, form: GeluForm = "tanh"): OpCase {
  return {
    name: "matmul",
    title: `${NAMES[form]} in the epilogue by ${family} of ${rows} x ${width} x ${hidden}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 3 || form === "erf",
    inputs: { x: normal([rows, width], 1), up: normal([width, hidden], 2), bias: normal([hidden], 3), down: normal([hidden, width], 4) },
    dynamicRows: ["x"],
    parameters: ["up", "bias", "down"],
    op: ({ x, up, bias, down }) => {
      const activated = gelu(matmul(x!, up!, { layout: "NN", bias, family }), form);
      return { y: matmul(activated, down!, { layout: "NN", family }) };
    },
    reference: (inputs) => mlpReference(inputs, form),
    gradients: ["x", "up", "bias", "down"],
  };
}

/** Few rows have kernels of their own, and so has a sum over many rows that is cut into parts. In many rows a lane has two quads of columns. */
const OTHERS: readonly (readonly [Layout, MatmulFamily, MatmulShape])[] = [
  ["NT", "subgroup", [5, 12, 8]],
  ["NT", "subgroup", [261, 61, 12]],
  ["NT", "sliced", [5, 12, 8]],
  ["NT", "sliced", [3, 7, 5]],
  ["TN", "tiled", [8, 12, 600]],
  ["TN", "tiled", [5, 7, 600]],
];

function inEpilogue(layout: Layout, family: MatmulFamily, [rows, columns, inner]: MatmulShape, form: GeluForm = "tanh"): OpCase {
  return {
    name: "matmul",
    title: `${NAMES[form]} in the epilogue of ${layout} by ${family} of ${rows} x ${columns} x ${inner}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: true,
    inputs: {
      a: normal(layout === "TN" ? [inner, rows] : [rows, inner], 1),
      b: normal(layout === "NT" ? [columns, inner] : [inner, columns], 2),
      bias: normal([columns], 3),
    },
    op: ({ a, b, bias }) => ({ y: gelu(matmul(a!, b!, { layout, bias, family }), form) }),
    reference: (inputs) => {
      const x = { shape: [rows, columns], data: matmulReference(inputs, layout).y };
      return { y: geluReference({ x }, form).y };
    },
  };
}

/** y = (silu(gate) * up) down^T with the halves gate and up of x gate_up^T, in double precision. */
function gatedReference({ x, gate_up, down }: HostValues): { y: Float64Array } {
  const [rows, width] = [x!.shape[0]!, gate_up!.shape[0]!];
  const wide = { shape: [rows, width], data: matmulReference({ a: x!, b: gate_up! }, "NT").y };
  const hidden = { shape: [rows, width / 2], data: swigluReference({ gate_up: wide }).y };
  return { y: matmulReference({ a: hidden, b: down! }, "NT").y };
}

/** Rows, width and half the columns of the product. Six columns leave the backward pass, and seven both passes, to kernels of their own. */
const GATED = (
  [
    [5, 8, 12],
    [3, 7, 6],
    [3, 5, 7],
    [53, 4, 8],
    [9, 70, 36],
  ] as const
).map(([rows, width, hidden]) => ({
  rows,
  width,
  hidden,
  inputs: { x: normal([rows, width], 1), gate_up: normal([2 * hidden, width], 2), down: normal([width, hidden], 3) },
}));

function gatedMlp(family: MatmulFamily, { rows, width, hidden, inputs }: (typeof GATED)[number]): OpCase {
  return {
    name: "matmul",
    title: `swiglu in the epilogue by ${family} of ${rows} x ${width} x ${hidden}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: hidden === 12,
    slow: family === "tiled" && hidden < 8,
    inputs,
    dynamicRows: ["x"],
    parameters: ["gate_up", "down"],
    op: ({ x, gate_up, down }) => {
      const hidden = swiglu(matmul(x!, gate_up!, { layout: "NT", family }));
      return { y: matmul(hidden, down!, { layout: "NT", family }) };
    },
    reference: gatedReference,
    gradients: rows > 50 ? [] : ["x", "gate_up", "down"],
  };
}

/** Without gradients nothing keeps the product. Many rows, few rows by slices, and a sum so long that it is cut into parts. */
const GATED_ALONE: readonly (readonly [MatmulFamily, MatmulShape])[] = [
  ["subgroup", [40, 12, 33]],
  ["subgroup", [258, 30, 9]],
  ["register", [11, 10, 6]],
  ["tiled", [5, 2, 2100]],
  ["tiled", [70, 34, 20]],
  ["sliced", [5, 14, 8]],
  ["sliced", [3, 6, 5]],
];

function gatedAlone(family: MatmulFamily, [rows, hidden, inner]: MatmulShape): OpCase {
  return {
    name: "matmul",
    title: `swiglu in the epilogue alone by ${family} of ${rows} x ${2 * hidden} x ${inner}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: true,
    inputs: {
      a: normal([rows, inner], 1),
      b: normal([2 * hidden, inner], 2, inner > 100 ? 0.02 : 1),
      bias: normal([2 * hidden], 3),
    },
    dynamicRows: ["a"],
    op: ({ a, b, bias }) => ({ y: swiglu(matmul(a!, b!, { layout: "NT", bias, family })) }),
    reference: (inputs) => {
      const gate_up = { shape: [rows, 2 * hidden], data: matmulReference(inputs, "NT").y };
      return { y: swigluReference({ gate_up }).y };
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
  ...FAMILIES.map((family) => mlp(family, WIDTHS[0], "erf")),
  inEpilogue("NT", "sliced", [5, 12, 8], "erf"),
  inEpilogue("TN", "tiled", [8, 12, 600], "erf"),
  ...FAMILIES.flatMap((family) => GATED.map((shape) => gatedMlp(family, shape))),
  ...GATED_ALONE.map(([family, shape]) => gatedAlone(family, shape)),
  overwritten,
];
