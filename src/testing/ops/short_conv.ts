import { packRows } from "../../nn/rows.ts";
import { shortConv } from "../../ops/short_conv.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { shortConvReference } from "../reference/short_conv.ts";
import { given, normal } from "../values.ts";

/** The lengths of sequences, channels, and weights of a channel. Some sequences are shorter than a convolution reaches. */
const SHAPES: readonly (readonly [lengths: readonly number[], channels: number, taps: number, bias: boolean])[] = [
  [[1], 1, 3, true],
  [[1], 4, 1, false],
  [[1, 5, 2, 1, 3], 4, 3, true],
  [[2, 1, 9, 4], 7, 3, false],
  [[7, 2, 1, 6], 12, 4, true],
  [[3, 1, 2], 5, 2, true],
  [[70, 1, 2, 64, 3], 20, 3, false],
  [[33, 2, 40], 3, 5, true],
];

/** The rows of a convolution, and its weights. */
export function convolutionInputs(rows: number, channels: number, taps: number, bias: boolean): Readonly<Record<string, HostValue>> {
  return {
    bcx: normal([rows, 3 * channels], 1),
    weight: normal([channels, 1, taps], 2),
    ...(bias && { bias: normal([channels], 3) }),
  };
}

export const shortConvCases: readonly OpCase[] = SHAPES.map(([lengths, channels, taps, bias]) => {
  const { positions } = packRows(lengths);
  const weights = ["weight", ...(bias ? ["bias"] : [])];
  return {
    name: "short_conv",
    title: `sequences of ${lengths.join(" ")} with ${channels} channels and ${taps} taps${bias ? " and a bias" : ""}`,
    tolerance: 2e-5,
    quick: channels === 7 || channels === 12,
    inputs: { ...convolutionInputs(positions.length, channels, taps, bias), positions: given([positions.length], [...positions], "u32") },
    dynamicRows: ["bcx", "positions"],
    parameters: weights,
    op: ({ bcx, weight, bias, positions }) => ({ y: shortConv(bcx!, positions!, { weight: weight!, bias }) }),
    reference: shortConvReference,
    gradients: ["bcx", ...weights],
  };
});
