import { columnSum } from "../../src/ops/column_sum.js";
import { layerNorm, layerNormOp } from "../../src/ops/layer_norm.js";
import { rmsNorm, rmsNormOp } from "../../src/ops/rms_norm.js";
import { columnSumReference } from "../../src/testing/reference/column_sum.js";
import { layerNormReference } from "../../src/testing/reference/layer_norm.js";
import { rmsNormReference } from "../../src/testing/reference/rms_norm.js";
import { normal } from "../../src/testing/values.js";
import { gradientCase } from "../gradient_case.js";
import { opCase } from "../op_case.js";
const SHAPES = [
    [2048, 128],
    [2048, 768],
];
const EPS = 1e-5;
export const normCases = SHAPES.flatMap(([rows, columns]) => [
    ...rmsNormCases(rows, columns),
    ...layerNormCases(rows, columns),
    columnSumCase(rows, columns),
]);
/** The forward pass reads a row and writes one. The backward pass reads a row and a gradient, and writes a gradient. */
function sizesOf(rows, columns) {
    const elements = rows * columns;
    return {
        shape: `${rows}x${columns}`,
        forward: { flops: 4 * elements, bytes: 4 * 2 * elements },
        backward: { flops: 12 * elements, bytes: 4 * 3 * elements },
    };
}
function rmsNormCases(rows, columns) {
    const { shape, forward, backward } = sizesOf(rows, columns);
    const inputs = () => ({ x: normal([rows, columns], 1), weight: normal([columns], 2) });
    return [
        opCase({
            op: "rms_norm",
            shape,
            ...forward,
            inputs,
            build: (i) => ({ y: rmsNorm(i.x, i.weight, EPS) }),
            reference: (i) => ({ y: rmsNormReference(i, EPS).y }),
        }),
        gradientCase({
            op: rmsNormOp,
            attributes: { eps: EPS },
            shape,
            ...backward,
            inputs,
            output: "y",
            gradients: ["x", "weight"],
            reference: (i) => rmsNormReference(i, EPS),
        }),
    ];
}
function layerNormCases(rows, columns) {
    const { shape, forward, backward } = sizesOf(rows, columns);
    const inputs = () => ({ x: normal([rows, columns], 1), weight: normal([columns], 2), bias: normal([columns], 3) });
    return [
        opCase({
            op: "layer_norm",
            shape,
            ...forward,
            inputs,
            build: (i) => ({ y: layerNorm(i.x, i.weight, i.bias, EPS) }),
            reference: (i) => layerNormReference(i, EPS),
        }),
        gradientCase({
            op: layerNormOp,
            attributes: { eps: EPS },
            shape,
            ...backward,
            inputs,
            output: "y",
            gradients: ["x", "weight", "bias"],
            reference: (i) => layerNormReference(i, EPS),
        }),
    ];
}
function columnSumCase(rows, columns) {
    return opCase({
        op: "column_sum",
        shape: `${rows}x${columns}`,
        flops: rows * columns,
        bytes: 4 * rows * columns,
        inputs: () => ({ x: normal([rows, columns], 1) }),
        build: (i) => ({ y: columnSum(i.x) }),
        reference: columnSumReference,
    });
}
