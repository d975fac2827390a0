import { fromHalf } from "../../ops/from_half.ts";
import { toHalf } from "../../ops/to_half.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { toHalfReference } from "../reference/to_half.ts";
import { given, normal } from "../values.ts";

const SHAPES = [
  [1, 2],
  [7, 6],
  [65, 4],
] as const;

/** Halfway between neighbours, and beside it. */
const TIES = [
  1 + 2 ** -11,
  1 + 3 * 2 ** -11,
  -1 - 2 ** -11 - 2 ** -20,
  65_519,
  2 ** -25,
  3 * 2 ** -25,
  -(2 ** -14) + 2 ** -25,
  2 ** -14 - 2 ** -26,
].concat([2 ** -25 + 2 ** -40, 1.5 * 2 ** -14 + 2 ** -25, -2047.5, 2048.9]);

const EXACT = [0, 1, -1, 0.5, -2.25, 1024.5, -65504, 65504, 2 ** -14, 1e6, -1e30, 3];

function caseOf(title: string, x: HostValue, tolerance: number, dynamicRows: readonly string[]): OpCase {
  return {
    name: "to_half",
    title,
    tolerance,
    quick: true,
    inputs: { x },
    dynamicRows,
    op: (inputs) => ({ y: fromHalf(toHalf(inputs.x!)) }),
    reference: toHalfReference,
  };
}

export const toHalfCases: readonly OpCase[] = [
  ...SHAPES.map(([rows, columns]) => caseOf(`rounds ${rows} x ${columns} to the nearest`, normal([rows, columns], 1, 30), 0, ["x"])),
  caseOf("rounds ties to even where 16 bits are normal and where they are subnormal", given([2, 6], TIES), 0, []),
  caseOf("exact on what 16 bits hold and stops at 65504", given([2, 6], EXACT), 0, []),
];
