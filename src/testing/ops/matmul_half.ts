import { type HalfType, unpackHalves } from "../../half_float.ts";
import { type Layout, type MatmulFamily, matmul } from "../../ops/matmul/op.ts";
import { swiglu } from "../../ops/swiglu.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { matmulReference } from "../reference/matmul.ts";
import { swigluReference } from "../reference/swiglu.ts";
import { exact, normal } from "../values.ts";
import { FAMILIES, isForGpus, type MatmulShape } from "./matmul.ts";

/** Odd sizes, in which a pair of halves lies across two rows of b; few rows; the last two for quads. */
const SHAPES: readonly MatmulShape[] = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 33, 65],
  [53, 21, 6],
  [64, 48, 112],
  [5, 132, 128],
];

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

function caseOf(layout: Layout, family: MatmulFamily, shape: MatmulShape): OpCase {
  const [rows, columns, inner] = shape;
  const { words, values } = halves(columns * inner);
  const shapeOfB = layout === "NT" ? [columns, inner] : [inner, columns];
  const b: HostValue = { shape: shapeOfB, data: values };
  return {
    name: "matmul",
    title: `${layout} by ${family} reads b as halves of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 17,
    slow: family === "tiled" ? rows !== 53 && rows !== 64 : family === "sliced" && rows !== 17 && rows !== 5,
    inputs: {
      a: normal([rows, inner], 1),
      // What must not be read.
      b: { shape: shapeOfB, data: new Float64Array(columns * inner).fill(1e6) },
      half: { shape: [words.length], data: Float64Array.from(words), dtype: "u32" },
      bias: normal([columns], 3),
      residual: normal([rows, columns], 4),
    },
    dynamicRows: ["a", "residual"],
    op: (i) => ({ y: matmul(i.a!, { tensor: i.b!, half: i.half! }, { layout, bias: i.bias, residual: i.residual, family }) }),
    reference: (inputs) => matmulReference({ ...inputs, b }, layout),
  };
}

/** Odd sizes, few rows, and quads with many rows. */
const STORED_SHAPES: readonly MatmulShape[] = [
  [3, 5, 7],
  [17, 33, 65],
  [64, 48, 112],
];

/** b exists in 16 bits only. */
function storedCase(layout: Layout, family: MatmulFamily, shape: MatmulShape, dtype: HalfType): OpCase {
  const [rows, columns, inner] = shape;
  return {
    name: "matmul",
    title: `${layout} by ${family} reads b stored as ${dtype} of ${shape.join(" x ")}`,
    tolerance: 1e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 17 && dtype === "bf16",
    slow: family === "tiled" ? rows !== 64 : family === "sliced" && (rows !== 17 || dtype !== "bf16"),
    inputs: { a: normal([rows, inner], 1), b: exact(layout === "NT" ? [columns, inner] : [inner, columns], dtype, 7) },
    dynamicRows: ["a"],
    op: (i) => ({ y: matmul(i.a!, i.b!, { layout, family }) }),
    reference: (inputs) => matmulReference(inputs, layout),
    gradients: rows === 3 && family !== "sliced" ? ["a"] : [],
  };
}

/** SwiGLU reads b in an order of its own: an odd and an even K, few rows and many. */
function gatedCase(family: MatmulFamily, [rows, columns, inner]: MatmulShape): OpCase {
  return {
    name: "matmul",
    title: `swiglu in the epilogue by ${family} reads b stored as bf16 of ${rows} x ${columns} x ${inner}`,
    tolerance: 2e-5,
    needsSubgroups: family === "subgroup",
    forGpus: isForGpus(family),
    quick: rows === 64,
    inputs: { a: normal([rows, inner], 1), b: exact([columns, inner], "bf16", 7) },
    dynamicRows: ["a"],
    op: ({ a, b }) => ({ y: swiglu(matmul(a!, b!, { layout: "NT", family })) }),
    reference: (inputs) => swigluReference({ gate_up: { shape: [rows, columns], data: matmulReference(inputs, "NT").y } }),
  };
}

const families: readonly MatmulFamily[] = [...FAMILIES, "sliced"];
const layoutsOf = (family: MatmulFamily): readonly Layout[] => (family === "sliced" ? ["NT"] : ["NN", "NT"]);

export const matmulHalfCases: readonly OpCase[] = [
  ...families.flatMap((family) =>
    layoutsOf(family).flatMap((layout) => [
      ...SHAPES.map((shape) => caseOf(layout, family, shape)),
      ...STORED_SHAPES.map((shape) => storedCase(layout, family, shape, "bf16")),
      storedCase(layout, family, SHAPES[2]!, "f16"),
    ]),
  ),
  ...families.flatMap((family) => [gatedCase(family, [3, 12, 7]), gatedCase(family, [64, 36, 20])]),
];
