import { scale } from "../../ops/scale.ts";
import type { OpCase } from "../op_case.ts";
import { scaleReference } from "../reference/scale.ts";
import { normal } from "../values.ts";

const SHAPES = [
  [1, 1],
  [5, 4],
  [7, 3],
  [33, 12],
  [67, 31],
] as const;

const FACTOR = Math.sqrt(640);

export const scaleCases: readonly OpCase[] = SHAPES.map(([rows, columns]) => ({
  name: "scale",
  title: `${rows} x ${columns}`,
  tolerance: 2e-5,
  quick: rows === 7 || rows === 33,
  inputs: { x: normal([rows, columns], 1) },
  dynamicRows: ["x"],
  op: ({ x }) => ({ y: scale(x!, FACTOR) }),
  reference: (inputs) => scaleReference(inputs, FACTOR),
  gradients: ["x"],
}));
