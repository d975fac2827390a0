import { transposeColumns } from "../../ops/transpose_columns.ts";
import type { OpCase } from "../op_case.ts";
import { transposeColumnsReference } from "../reference/transpose_columns.ts";
import { normal } from "../values.ts";

/** Rows, groups, blocks of a group, and columns of a block. */
const SHAPES = [
  [1, 1, 1, 1],
  [7, 5, 3, 2],
  [33, 2, 3, 8],
  [3, 3, 7, 64],
  [67, 4, 1, 4],
] as const;

export const transposeColumnsCases: readonly OpCase[] = SHAPES.map(([rows, groups, blocks, length]) => ({
  name: "transpose_columns",
  title: `${rows} rows of ${groups} x ${blocks} blocks of ${length}`,
  tolerance: 1e-6,
  tolerances: { y: 0 },
  quick: rows === 7 || rows === 33,
  inputs: { x: normal([rows, groups * blocks * length], 1) },
  dynamicRows: ["x"],
  op: ({ x }) => ({ y: transposeColumns(x!, { groups, blocks }) }),
  reference: (inputs) => transposeColumnsReference(inputs, { groups, blocks }),
  gradients: ["x"],
}));
