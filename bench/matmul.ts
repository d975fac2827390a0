/** How fast is matmul, in each layout, for square matrices and for those of small transformers? */
import { fileURLToPath } from "node:url";
import { buildPlan } from "../src/graph/plan.ts";
import { input } from "../src/graph/trace.ts";
import { type Layout, matmul } from "../src/ops/matmul.ts";
import { normal } from "../src/testing/values.ts";
import { type BenchCase, main } from "./harness.ts";

type Shape = readonly [rows: number, columns: number, inner: number];

const SQUARES = [256, 512, 1024] as const;

/** 2048 packed rows through a model of width 128: attention in, MLP out, the head, their weights' gradients; and decoding 8 rows. */
const TRANSFORMER: readonly (readonly [Layout, Shape])[] = [
  ["NT", [2048, 384, 128]],
  ["NT", [2048, 128, 512]],
  ["NT", [2048, 512, 128]],
  ["NN", [2048, 128, 384]],
  ["NN", [2048, 512, 128]],
  ["TN", [384, 128, 2048]],
  ["TN", [128, 512, 2048]],
  ["NT", [8, 512, 128]],
  ["NT", [97, 131, 61]],
];

export const matmulCases: readonly BenchCase[] = [
  ...SQUARES.flatMap((size) => (["NN", "NT", "TN"] as const).map((layout) => matmulCase(layout, [size, size, size]))),
  ...TRANSFORMER.map(([layout, shape]) => matmulCase(layout, shape)),
];

function matmulCase(layout: Layout, shape: Shape): BenchCase {
  const [rows, columns, inner] = shape;
  const a = layout === "TN" ? [inner, rows] : [rows, inner];
  const b = layout === "NT" ? [columns, inner] : [inner, columns];
  return {
    name: `matmul ${layout}`,
    shape: shape.join("x"),
    flops: 2 * rows * columns * inner,
    bytes: 4 * (rows * inner + inner * columns + rows * columns),
    prepare: async (device) => {
      const inputs = { a: Float32Array.from(normal(a, 1).data), b: Float32Array.from(normal(b, 2).data) };
      const plan = await buildPlan(device, "matmul", () => ({ keep: [matmul(input("a", a), input("b", b), { layout })] }));
      plan.poison();
      plan.upload(inputs);
      return {
        encode: (pass) => plan.encode(pass),
        maxRelativeError: async () => errorOfSome((await plan.read(plan.result.keep))[0]!, inputs, layout, shape),
        destroy: () => plan.destroy(),
      };
    },
  };
}

/** Against double precision at some thousand places, spread by a stride that shares no factor with any size. */
function errorOfSome(
  y: ArrayLike<number>,
  { a, b }: { readonly a: Float32Array; readonly b: Float32Array },
  layout: Layout,
  [rows, columns, inner]: Shape,
): number {
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
    difference = distance <= difference ? difference : Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    scale = Math.max(scale, Math.abs(sum));
  }
  return difference / scale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main("matmul", matmulCases);
