import { unpackHalves } from "../../src/half_float.ts";
import { wholeQuads } from "../../src/ops/elements.ts";
import { type Layout, type MatmulOptions, matmul, matmulOp } from "../../src/ops/matmul/op.ts";
import { createRandom } from "../../src/random.ts";
import { normal } from "../../src/testing/values.ts";
import type { BenchCase } from "../harness.ts";
import { type Outputs, opCase } from "../op_case.ts";
import { repeatedNormal } from "../pattern.ts";

type Named = Pick<MatmulOptions, "family" | "tile">;
type Shape = readonly [rows: number, columns: number, inner: number];

const LAYOUTS = ["NN", "NT", "TN"] as const;

const SQUARES = [256, 512, 1024] as const;

/** Products in a model of width 128, most of them with 2048 packed rows, and their gradients; and a shape that no tile divides. */
const TRANSFORMER: readonly (readonly [Layout, Shape])[] = [
  ["NT", [2048, 384, 128]],
  ["NT", [2048, 128, 512]],
  ["NT", [2048, 512, 128]],
  ["NN", [2048, 128, 384]],
  ["NN", [2048, 512, 128]],
  ["TN", [384, 128, 2048]],
  ["TN", [128, 512, 2048]],
  ["NT", [16384, 64, 128]],
  ["NT", [97, 131, 61]],
];

/** Sequences that decode together. */
const DECODE_ROWS = [1, 8, 64, 256] as const;

/** Few rows with the widths of Qwen2.5-0.5B: GPUs slice these products along K. */
const FEW_ROWS: readonly Shape[] = [
  [1, 4864, 896],
  [8, 896, 4864],
  [64, 896, 896],
];

/** Heads whose vocabulary is no multiple of 4: rows of logits are padded. */
const PADDED: readonly Shape[] = [
  [8, 50257, 64],
  [256, 1031, 128],
];

export const matmulCases: readonly BenchCase[] = [
  ...SQUARES.flatMap((size) => LAYOUTS.map((layout) => matmulCase(layout, [size, size, size]))),
  ...TRANSFORMER.map(([layout, shape]) => matmulCase(layout, shape)),
  ...DECODE_ROWS.flatMap((rows) => (["NN", "NT"] as const).map((layout) => matmulCase(layout, [rows, 512, 128]))),
  ...FEW_ROWS.map((shape) => matmulCase("NT", shape)),
  ...PADDED.map(paddedCase),
  ...[1, 256, 2048].map((rows) => halfCase([rows, 512, 128])),
  halfCase([8, 896, 4864]),
  biasGradientCase([128, 512, 2048]),
];

/** The gradient of a weight with that of its bias beside it. */
function biasGradientCase(shape: Shape): BenchCase {
  const [rows, columns, inner] = shape;
  return opCase({
    op: "matmul",
    variant: "TN with bias gradient",
    shape: shape.join("x"),
    flops: 2 * rows * columns * inner,
    bytes: 4 * (rows * inner + inner * columns + rows * columns),
    inputs: () => ({ a: normal([inner, rows], 1), b: normal([inner, columns], 2) }),
    build: ({ a, b }) => {
      const attributes = { layout: "TN", accumulate: 0, gradBias: { of: "b", accumulate: 0 } } as const;
      const { y, grad_bias } = matmulOp({ a: a!, b: b! }, attributes);
      return { y, grad_bias };
    },
    reference: { errorOf: ({ y }: Outputs, i) => errorOfSome(y!, i.a!.data, i.b!.data, "TN", shape) },
  });
}

/** The layout NT with 16-bit weights, by the kernels that suit the device or by those that are named. */
export function halfCase(shape: Shape, named: Named = {}): BenchCase {
  const [rows, columns, inner] = shape;
  return opCase({
    op: "matmul",
    variant: ["NT f16 weights", named.tile].filter(Boolean).join(" "),
    shape: shape.join("x"),
    flops: 2 * rows * columns * inner,
    bytes: 4 * (rows * inner + rows * columns) + 2 * inner * columns,
    inputs: () => ({
      a: normal([rows, inner], 1),
      b: { shape: [columns, inner], data: new Float64Array(columns * inner) },
      half: { shape: [(columns * inner) / 2], data: randomHalves((columns * inner) / 2), dtype: "u32" },
    }),
    build: (i) => ({ y: matmul(i.a!, { tensor: i.b!, half: i.half! }, { layout: "NT", ...named }) }),
    reference: {
      errorOf: ({ y }: Outputs, i) => {
        const b = Float64Array.from(unpackHalves(Uint32Array.from(i.half!.data)));
        return errorOfSome(y!, i.a!.data, b, "NT", shape);
      },
    },
  });
}

/** Words of two 16-bit floats each, of either sign and of sizes from 2^-7 to 1. */
function randomHalves(words: number): Float64Array {
  const { integer } = createRandom(2);
  const half = (): number => integer(2) * 2 ** 15 + (8 + integer(7)) * 2 ** 10 + integer(1024);
  return Float64Array.from({ length: words }, () => half() * 2 ** 16 + half());
}

/** The product of one layout and shape, by the kernels that suit the device or by those that are named. */
export function matmulCase(layout: Layout, shape: Shape, named: Named = {}): BenchCase {
  const [rows, columns, inner] = shape;
  const a = layout === "TN" ? [inner, rows] : [rows, inner];
  const b = layout === "NT" ? [columns, inner] : [inner, columns];
  return opCase({
    op: "matmul",
    variant: [layout, named.tile].filter(Boolean).join(" "),
    shape: shape.join("x"),
    flops: 2 * rows * columns * inner,
    bytes: 4 * (rows * inner + inner * columns + rows * columns),
    inputs: () => ({ a: repeatedNormal(a, 1), b: repeatedNormal(b, 2) }),
    build: (i) => ({ y: matmul(i.a!, i.b!, { layout, ...named }) }),
    reference: { errorOf: ({ y }: Outputs, i) => errorOfSome(y!, i.a!.data, i.b!.data, layout, shape) },
  });
}

/** The layout NT with rows of y in whole quads. */
function paddedCase(shape: Shape): BenchCase {
  const [rows, columns, inner] = shape;
  return opCase({
    op: "matmul",
    variant: "NT padded",
    shape: shape.join("x"),
    flops: 2 * rows * columns * inner,
    bytes: 4 * (rows * inner + inner * columns + rows * columns),
    inputs: () => ({ a: normal([rows, inner], 1), b: normal([columns, inner], 2) }),
    build: (i) => ({ y: matmul(i.a!, i.b!, { layout: "NT", valid: columns }) }),
    reference: {
      errorOf: ({ y }: Outputs, i) => {
        const width = wholeQuads(columns);
        const valid = Float32Array.from({ length: rows * columns }, (_, at) => y![Math.floor(at / columns) * width + (at % columns)]!);
        return errorOfSome(valid, i.a!.data, i.b!.data, "NT", shape);
      },
    },
  });
}

/** The error at some two thousand places, whose stride shares no factor with a power of two, against double precision. */
function errorOfSome(y: ArrayLike<number>, a: Float64Array, b: Float64Array, layout: Layout, [rows, columns, inner]: Shape): number {
  const stride = Math.max(1, Math.floor((rows * columns) / 2003) | 1);
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < rows * columns; i += stride) {
    const row = Math.floor(i / columns);
    const column = i % columns;
    let sum = 0;
    for (let k = 0; k < inner; k += 1) {
      const left = a[layout === "TN" ? k * rows + row : row * inner + k]!;
      sum += left * b[layout === "NT" ? column * inner + k : k * columns + column]!;
    }
    const distance = Math.abs(sum - y[i]!);
    if (!(distance <= difference)) difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    scale = Math.max(scale, Math.abs(sum));
  }
  return difference / scale;
}
