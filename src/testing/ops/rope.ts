import { packedWidth } from "../../ops/heads.ts";
import { rope } from "../../ops/rope.ts";
import { ropeTable } from "../../ops/rope_table.ts";
import type { OpCase } from "../op_case.ts";
import { ropeReference } from "../reference/rope.ts";
import { given, integers, normal } from "../values.ts";

const SHAPES = [
  [1, 1, 1, 2],
  [7, 6, 2, 10],
  [13, 4, 1, 12],
  [19, 3, 3, 16],
  [3, 2, 1, 40],
] as const;

export const ropeCases: readonly OpCase[] = SHAPES.map(([rows, heads, keyValueHeads, headDim]) => {
  const layout = { heads, keyValueHeads, headDim };
  const table = ropeTable({ positions: 30, headDim, theta: 10000 });
  return {
    name: "rope",
    title: `${rows} rows with heads ${heads}/${keyValueHeads} of ${headDim}`,
    tolerance: 2e-6,
    quick: rows === 7 || rows === 19,
    inputs: {
      x: normal([rows, packedWidth(layout)], 1),
      positions: integers([rows], 30, 2),
      table: given([30, headDim], [...table]),
    },
    dynamicRows: ["x", "positions"],
    op: ({ x, positions, table }) => ({ y: rope(x!, positions!, table!, layout) }),
    reference: (inputs) => ropeReference(inputs, layout),
    gradients: ["x"],
  };
});
