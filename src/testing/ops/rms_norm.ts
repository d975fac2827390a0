import { add } from "../../ops/add.ts";
import { rmsNormOp } from "../../ops/rms_norm.ts";
import type { OpCase } from "../op_case.ts";
import { rmsNormReference } from "../reference/rms_norm.ts";
import { normal } from "../values.ts";

const EPS = 1e-5;

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

export const rmsNormCases: readonly OpCase[] = [
  ...SHAPES.map(
    ([rows, columns]): OpCase => ({
      name: "rms_norm",
      title: `${rows} x ${columns}`,
      tolerance: 2e-5,
      quick: columns === 33 || columns === 12,
      inputs: { x: normal([rows, columns], 1), weight: normal([columns], 2) },
      dynamicRows: ["x"],
      parameters: ["weight"],
      op: ({ x, weight }) => ({ y: rmsNormOp({ x: x!, weight: weight! }, { eps: EPS }).y }),
      reference: (inputs) => ({ y: rmsNormReference(inputs, EPS).y }),
      gradients: ["x", "weight"],
    }),
  ),
  ...[33, 160].map(
    (columns): OpCase => ({
      name: "rms_norm",
      title: `9 x ${columns} with weights that are kept less 1`,
      tolerance: 2e-5,
      quick: columns === 33,
      inputs: { x: normal([9, columns], 1), weight: normal([columns], 2) },
      dynamicRows: ["x"],
      parameters: ["weight"],
      op: ({ x, weight }) => ({ y: rmsNormOp({ x: x!, weight: weight! }, { eps: EPS, weightOffset: 1 }).y }),
      reference: (inputs) => ({ y: rmsNormReference(inputs, EPS, 1).y }),
      gradients: ["x", "weight"],
    }),
  ),
  ...[10, 12].map(
    (columns): OpCase => ({
      name: "rms_norm",
      title: `adds the gradient that x has from its other readers in ${columns} columns`,
      tolerance: 2e-5,
      quick: true,
      inputs: { x: normal([5, columns], 1), weight: normal([columns], 2) },
      dynamicRows: ["x"],
      op: ({ x, weight }) => ({ y: add(x!, rmsNormOp({ x: x!, weight: weight! }, { eps: EPS }).y) }),
      reference: (inputs) => ({ y: rmsNormReference(inputs, EPS).y.map((value, i) => value + inputs.x!.data[i]!) }),
      gradients: ["x"],
    }),
  ),
];
