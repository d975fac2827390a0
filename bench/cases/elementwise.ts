import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { type ColumnWindow, copyColumns } from "../../src/ops/copy_columns.ts";
import { fromHalf } from "../../src/ops/from_half.ts";
import { gelu, geluOp } from "../../src/ops/gelu.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { reluSquared, reluSquaredOp } from "../../src/ops/relu_squared.ts";
import { scale } from "../../src/ops/scale.ts";
import { swiglu, swigluOp } from "../../src/ops/swiglu.ts";
import { toHalf } from "../../src/ops/to_half.ts";
import { transposeColumns } from "../../src/ops/transpose_columns.ts";
import type { HostValue } from "../../src/testing/check_op.ts";
import { addReference } from "../../src/testing/reference/add.ts";
import { addOntoReference } from "../../src/testing/reference/add_onto.ts";
import { copyColumnsReference } from "../../src/testing/reference/copy_columns.ts";
import { fromHalfReference } from "../../src/testing/reference/from_half.ts";
import { geluReference } from "../../src/testing/reference/gelu.ts";
import { roundToHalf } from "../../src/testing/reference/half.ts";
import { multiplyReference } from "../../src/testing/reference/multiply.ts";
import { reluSquaredReference } from "../../src/testing/reference/relu_squared.ts";
import { scaleReference } from "../../src/testing/reference/scale.ts";
import { swigluReference } from "../../src/testing/reference/swiglu.ts";
import { toHalfReference } from "../../src/testing/reference/to_half.ts";
import { transposeColumnsReference } from "../../src/testing/reference/transpose_columns.ts";
import { normal } from "../../src/testing/values.ts";
import { gradientCase } from "../gradient_case.ts";
import type { BenchCase } from "../harness.ts";
import { opCase } from "../op_case.ts";

const ROWS = 2048;

export const elementwiseCases: readonly BenchCase[] = [
  ...[128, 768].flatMap(sumCases),
  ...halfCases(512),
  ...[512, 3072].flatMap((columns) => [...geluCases(columns), ...reluSquaredCases(columns), ...swigluCases(columns)]),
];

function sumCases(columns: number): BenchCase[] {
  const elements = ROWS * columns;
  const size = { shape: `${ROWS}x${columns}`, flops: elements, bytes: 4 * 3 * elements };
  const matrix = (seed: number) => normal([ROWS, columns], seed);
  const pair = () => ({ a: matrix(1), b: matrix(2) });
  return [
    opCase({ op: "add", ...size, inputs: pair, build: (i) => ({ y: add(i.a!, i.b!) }), reference: addReference }),
    opCase({ op: "multiply", ...size, inputs: pair, build: (i) => ({ y: multiply(i.a!, i.b!) }), reference: multiplyReference }),
    opCase({
      op: "scale",
      ...size,
      bytes: 4 * 2 * elements,
      inputs: () => ({ x: matrix(1) }),
      build: (i) => ({ y: scale(i.x!, 3) }),
      reference: (inputs) => scaleReference(inputs, 3),
    }),
    opCase({
      op: "copy_columns",
      ...size,
      bytes: 4 * 2 * elements,
      inputs: () => ({ x: matrix(1), onto: normal([ROWS, 2 * columns], 2) }),
      build: (i) => ({ y: copyColumns(i.x!, windowOf(columns), i.onto!) }),
      reference: (inputs) => copyColumnsReference(inputs, windowOf(columns)),
    }),
    opCase({
      op: "transpose_columns",
      ...size,
      bytes: 4 * 2 * elements,
      inputs: () => ({ x: matrix(1) }),
      build: (i) => ({ y: transposeColumns(i.x!, { groups: columns / 64, blocks: 2 }) }),
      reference: (inputs) => transposeColumnsReference(inputs, { groups: columns / 64, blocks: 2 }),
    }),
    opCase({
      op: "add_onto",
      ...size,
      inputs: () => ({ x: matrix(1), y: matrix(2) }),
      build: (i) => ({ y: addOnto({ onto: i.y!, accumulate: 1 }, i.x!) }),
      reference: (inputs) => addOntoReference(inputs, 1),
    }),
  ];
}

/** The right half of a matrix that is twice as wide. */
function windowOf(columns: number): ColumnWindow {
  return { from: 0, to: columns, count: columns, width: 2 * columns };
}

/** Storing an activation in 16 bits moves 6 bytes per element, and so does reading it back. */
function halfCases(columns: number): BenchCase[] {
  const elements = ROWS * columns;
  const size = { shape: `${ROWS}x${columns}`, flops: elements, bytes: 6 * elements };
  const halves = (): HostValue => {
    const { shape, data } = normal([ROWS, columns], 1);
    return { shape, data: data.map(roundToHalf) };
  };
  const words = (): HostValue => {
    const data = Float64Array.from({ length: elements / 2 }, (_, i) => 0x3c003c00 + (i % 1024) + 65536 * (i % 977));
    return { shape: [ROWS, columns / 2], data, dtype: "u32" };
  };
  return [
    opCase({
      op: "to_half",
      ...size,
      bytes: 12 * elements,
      // These are values that 16 bits hold exactly, because the rounding mode is the driver's choice.
      inputs: () => ({ x: halves() }),
      build: (i) => ({ y: fromHalf(toHalf(i.x!)) }),
      reference: toHalfReference,
    }),
    opCase({
      op: "from_half",
      ...size,
      inputs: () => ({ half: words() }),
      build: (i) => ({ y: fromHalf(i.half!) }),
      reference: fromHalfReference,
    }),
  ];
}

function reluSquaredCases(columns: number): BenchCase[] {
  const elements = ROWS * columns;
  const shape = `${ROWS}x${columns}`;
  const inputs = () => ({ x: normal([ROWS, columns], 1) });
  const size = { op: "relu_squared", shape, flops: 2 * elements, bytes: 4 * 2 * elements, inputs } as const;
  const gradient = { op: reluSquaredOp, shape, bytes: 4 * 3 * elements, inputs, output: "y", gradients: ["x"] } as const;
  return [
    opCase({ ...size, build: (i) => ({ y: reluSquared(i.x!) }), reference: reluSquaredReference }),
    gradientCase({ ...gradient, attributes: {}, flops: 3 * elements, reference: reluSquaredReference }),
  ];
}

function geluCases(columns: number): BenchCase[] {
  const elements = ROWS * columns;
  const shape = `${ROWS}x${columns}`;
  const inputs = () => ({ x: normal([ROWS, columns], 1) });
  const size = { shape, bytes: 4 * 2 * elements, inputs };
  const gradient = { op: geluOp, shape, bytes: 4 * 3 * elements, inputs, output: "y", gradients: ["x"] } as const;
  return [
    opCase({ op: "gelu", ...size, flops: 10 * elements, build: (i) => ({ y: gelu(i.x!) }), reference: geluReference }),
    opCase({
      op: "gelu",
      variant: "erf",
      ...size,
      flops: 30 * elements,
      build: (i) => ({ y: gelu(i.x!, "erf") }),
      reference: (i) => geluReference(i, "erf"),
    }),
    gradientCase({ ...gradient, attributes: {}, flops: 20 * elements, reference: geluReference }),
    gradientCase({
      ...gradient,
      attributes: { form: "erf" },
      shape: `${shape} erf`,
      flops: 40 * elements,
      reference: (i) => geluReference(i, "erf"),
    }),
  ];
}

/** `columns` is the width of the result; the input is twice as wide. */
function swigluCases(columns: number): BenchCase[] {
  const elements = ROWS * columns;
  const shape = `${ROWS}x${columns}`;
  const inputs = () => ({ gate_up: normal([ROWS, 2 * columns], 1) });
  return [
    opCase({
      op: "swiglu",
      shape,
      flops: 5 * elements,
      bytes: 4 * 3 * elements,
      inputs,
      build: (i) => ({ y: swiglu(i.gate_up!) }),
      reference: swigluReference,
    }),
    gradientCase({
      op: swigluOp,
      attributes: {},
      shape,
      flops: 12 * elements,
      bytes: 4 * 5 * elements,
      inputs,
      output: "y",
      gradients: ["gate_up"],
      reference: swigluReference,
    }),
  ];
}
