import { reshape } from "../../graph/tensor.ts";
import { columnSum } from "../../ops/column_sum.ts";
import type { OpCase } from "../op_case.ts";
import { columnSumReference } from "../reference/column_sum.ts";
import { normal } from "../values.ts";

const SHAPES = [
  [1, 1],
  [64, 5],
  [65, 130],
  [4200, 3],
  [70, 12],
] as const;

export const columnSumCases: readonly OpCase[] = SHAPES.map(([rows, columns]) => ({
  name: "column_sum",
  title: `${rows} x ${columns}`,
  tolerance: 2e-5,
  quick: rows === 65 || rows === 70,
  inputs: { x: normal([rows, columns], 1) },
  dynamicRows: ["x"],
  op: ({ x }) => ({ y: reshape(columnSum(x!), [columns]) }),
  reference: columnSumReference,
}));
