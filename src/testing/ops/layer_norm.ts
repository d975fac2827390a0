import { add } from "../../ops/add.ts";
import { layerNorm } from "../../ops/layer_norm.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { layerNormReference } from "../reference/layer_norm.ts";
import { normal } from "../values.ts";

const EPS = 1e-5;

function caseOf(title: string, x: HostValue, more: Partial<OpCase>): OpCase {
  const columns = x.shape[1]!;
  return {
    name: "layer_norm",
    title,
    tolerance: 2e-5,
    inputs: { x, weight: normal([columns], 2), bias: normal([columns], 3) },
    op: (inputs) => ({ y: layerNorm(inputs.x!, inputs.weight!, inputs.bias!, EPS) }),
    reference: (inputs) => layerNormReference(inputs, EPS),
    ...more,
  };
}

const SHAPES = [
  [1, 5],
  [3, 7],
  [70, 33],
  [130, 9],
  [4, 150],
  [5, 12],
  [3, 160],
  [2, 1100],
] as const;

/** Multiples of 1/16 around 4096: mean(x^2) - mean^2 would lose every digit of the variance. */
function shifted(): HostValue {
  const x = normal([4, 50], 4);
  return { ...x, data: x.data.map((value) => 4096 + Math.round(value * 16) / 16) };
}

export const layerNormCases: readonly OpCase[] = [
  ...SHAPES.map(([rows, columns]) =>
    caseOf(`${rows} x ${columns}`, normal([rows, columns], 1), {
      dynamicRows: ["x"],
      parameters: ["weight", "bias"],
      gradients: ["x", "weight", "bias"],
      quick: columns === 33 || columns === 12,
    }),
  ),
  // The mean itself is known to 4096 * 2^-24 * a few.
  caseOf("exact where the mean is far larger than the spread", shifted(), { tolerance: 1e-3, quick: true }),
  caseOf("fresh gradients of weight and bias without sinks", normal([9, 6], 1), { gradients: ["weight", "bias"] }),
  ...[10, 12].map((columns) =>
    caseOf(`adds the gradient that x has from its other readers in ${columns} columns`, normal([5, columns], 1), {
      dynamicRows: ["x"],
      op: ({ x, weight, bias }) => ({ y: add(x!, layerNorm(x!, weight!, bias!, EPS)) }),
      reference: (inputs) => ({ y: layerNormReference(inputs, EPS).y.map((value, i) => value + inputs.x!.data[i]!) }),
      gradients: ["x"],
      quick: true,
    }),
  ),
];
