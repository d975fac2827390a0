import { reluSquared } from "../../ops/relu_squared.ts";
import type { OpCase } from "../op_case.ts";
import { reluSquaredReference } from "../reference/relu_squared.ts";
import { normal } from "../values.ts";

const SHAPES = [
  [1, 1],
  [5, 4],
  [7, 3],
  [33, 12],
  [67, 31],
] as const;

export const reluSquaredCases: readonly OpCase[] = SHAPES.map(([rows, columns]) => ({
  name: "relu_squared",
  title: `${rows} x ${columns}`,
  tolerance: 2e-5,
  quick: rows === 7 || rows === 33,
  inputs: { x: normal([rows, columns], 1) },
  dynamicRows: ["x"],
  op: ({ x }) => ({ y: reluSquared(x!) }),
  reference: reluSquaredReference,
  gradients: ["x"],
}));
