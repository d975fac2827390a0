import { packedWidth } from "../../ops/heads.ts";
import { rope } from "../../ops/rope.ts";
import { ropeTable } from "../../ops/rope_table.ts";
import type { OpCase } from "../op_case.ts";
import { ropeReference } from "../reference/rope.ts";
import { given, integers, normal } from "../values.ts";

/** Rows, heads, key-value heads, the numbers of a head, and how many of them are rotated. */
const SHAPES = [
  [1, 1, 1, 2, 2],
  [7, 6, 2, 10, 10],
  [13, 4, 1, 12, 12],
  [19, 3, 3, 16, 16],
  [3, 2, 1, 40, 40],
  [7, 4, 2, 32, 8],
  [5, 3, 1, 10, 4],
  [6, 2, 2, 80, 20],
] as const;

export const ropeCases: readonly OpCase[] = SHAPES.map(([rows, heads, keyValueHeads, headDim, rotary]) => {
  const layout = { heads, keyValueHeads, headDim };
  const table = ropeTable({ positions: 30, headDim: rotary, theta: 10000 });
  return {
    name: "rope",
    title: `${rows} rows with heads ${heads}/${keyValueHeads} of ${headDim}${rotary < headDim ? ` rotated by ${rotary}` : ""}`,
    tolerance: 2e-6,
    quick: rows === 7 || rows === 19,
    inputs: {
      x: normal([rows, packedWidth(layout)], 1),
      positions: integers([rows], 30, 2),
      table: given([30, rotary], [...table]),
    },
    dynamicRows: ["x", "positions"],
    op: ({ x, positions, table }) => ({ y: rope(x!, positions!, table!, layout) }),
    reference: (inputs) => ropeReference(inputs, layout),
    gradients: ["x"],
  };
});
