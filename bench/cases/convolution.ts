import { packRows } from "../../src/nn/rows.ts";
import { shortConv, shortConvOp } from "../../src/ops/short_conv.ts";
import { shortConvCachedOp } from "../../src/ops/short_conv_cached.ts";
import { convolutionInputs } from "../../src/testing/ops/short_conv.ts";
import { shortConvReference } from "../../src/testing/reference/short_conv.ts";
import { shortConvCachedReference } from "../../src/testing/reference/short_conv_cached.ts";
import { given, normal } from "../../src/testing/values.ts";
import { gradientCase } from "../gradient_case.ts";
import type { BenchCase } from "../harness.ts";
import { opCase } from "../op_case.ts";

const TAPS = 3;
const LENGTH = 128;

/** Channels of small models, and of LFM2-350M. */
export const convolutionCases: readonly BenchCase[] = [128, 1024].flatMap((channels) => [
  ...packedCases({ sequences: 16, channels }),
  decodeCase({ sequences: 32, channels }),
]);

interface Size {
  readonly sequences: number;
  readonly channels: number;
}

function packedCases({ sequences, channels }: Size): BenchCase[] {
  const { positions } = packRows(new Array<number>(sequences).fill(LENGTH));
  const rows = positions.length;
  const shape = `B${sequences} T${LENGTH} C${channels} L${TAPS}`;
  const inputs = () => ({ ...convolutionInputs(rows, channels, TAPS, false), positions: given([rows], [...positions], "u32") });
  const multiplied = rows * channels * TAPS;
  return [
    opCase({
      op: "short_conv",
      shape,
      flops: 2 * multiplied + 2 * rows * channels,
      bytes: 4 * 4 * rows * channels,
      inputs,
      build: ({ bcx, weight, positions }) => ({ y: shortConv(bcx!, positions!, { weight: weight! }) }),
      reference: shortConvReference,
    }),
    gradientCase({
      op: shortConvOp,
      attributes: {},
      shape,
      flops: 6 * multiplied + 5 * rows * channels,
      bytes: 4 * 7 * rows * channels,
      inputs,
      output: "y",
      gradients: ["bcx", "weight"],
      reference: shortConvReference,
    }),
  ];
}

/** A new row of every sequence, behind a prompt of half the length. */
function decodeCase({ sequences, channels }: Size): BenchCase {
  const u32 = (of: (row: number) => number) =>
    given(
      [sequences],
      Array.from({ length: sequences }, (_, row) => of(row)),
      "u32",
    );
  return opCase({
    op: "short_conv_cached",
    shape: `B${sequences} T${LENGTH} C${channels} L${TAPS}`,
    flops: 2 * sequences * channels * (TAPS + 1),
    bytes: 4 * sequences * channels * (4 + TAPS),
    inputs: () => ({
      ...convolutionInputs(sequences, channels, TAPS, false),
      origin: u32((row) => row * LENGTH),
      positions: u32(() => LENGTH / 2),
      prompt: given([sequences, 2], new Array<number>(2 * sequences).fill(0), "u32"),
      cache: normal([sequences * LENGTH, 1, channels], 4),
    }),
    build: ({ bcx, weight, origin, positions, prompt, cache }) =>
      shortConvCachedOp({ bcx: bcx!, weight: weight!, bias: undefined, origin: origin!, positions: positions!, prompt, cache: cache! }, {}),
    reference: shortConvCachedReference,
  });
}
