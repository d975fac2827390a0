import { multiply } from "../../ops/multiply.ts";
import type { OpCase } from "../op_case.ts";
import { multiplyReference } from "../reference/multiply.ts";
import { normal } from "../values.ts";

const SHAPES = [
  [1, 1],
  [5, 4],
  [7, 3],
  [33, 12],
  [67, 31],
] as const;

export const multiplyCases: readonly OpCase[] = SHAPES.map(([rows, columns]) => ({
  name: "multiply",
  title: `${rows} x ${columns}`,
  tolerance: 2e-5,
  quick: rows === 7 || rows === 33,
  inputs: { a: normal([rows, columns], 1), b: normal([rows, columns], 2) },
  dynamicRows: ["a", "b"],
  op: ({ a, b }) => ({ y: multiply(a!, b!) }),
  reference: multiplyReference,
  gradients: ["a", "b"],
}));
