import { capLogits } from "../../ops/cap_logits.ts";
import type { OpCase } from "../op_case.ts";
import { capLogitsReference } from "../reference/cap_logits.ts";
import { normal } from "../values.ts";

/** Rows and columns, the size of values, and the cap: values far below it, around it, and so far above it that e^(2x) is infinite. */
const SHAPES = [
  [5, 4, 1, 30],
  [7, 3, 40, 30],
  [33, 12, 0.01, 15],
  [67, 31, 2000, 0.5],
] as const;

export const capLogitsCases: readonly OpCase[] = SHAPES.map(([rows, columns, size, cap]) => ({
  name: "cap_logits",
  title: `${rows} x ${columns} of size ${size} at ${cap}`,
  tolerance: 2e-6,
  quick: rows === 7,
  inputs: { logits: normal([rows, columns], 1, size) },
  dynamicRows: ["logits"],
  op: ({ logits }) => ({ logits: capLogits(logits!, cap) }),
  reference: (inputs) => capLogitsReference(inputs, cap),
}));
