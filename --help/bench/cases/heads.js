import { packedWidth } from "../../src/ops/heads.js";
import { qkNorm, qkNormOp } from "../../src/ops/qk_norm.js";
import { rope } from "../../src/ops/rope.js";
import { ropeTable } from "../../src/ops/rope_table.js";
import { qkNormReference } from "../../src/testing/reference/qk_norm.js";
import { ropeReference } from "../../src/testing/reference/rope.js";
import { given, integers, normal } from "../../src/testing/values.js";
import { gradientCase } from "../gradient_case.js";
import { opCase } from "../op_case.js";
const SHAPES = [
    [2048, { heads: 4, keyValueHeads: 4, headDim: 32 }],
    [2048, { heads: 8, keyValueHeads: 2, headDim: 64 }],
];
const POSITIONS = 512;
const EPS = 1e-6;
export const headCases = SHAPES.flatMap(([rows, layout]) => {
    const { heads, keyValueHeads, headDim } = layout;
    const shape = `N${rows} H${heads}${keyValueHeads === heads ? "" : `/${keyValueHeads}`} D${headDim}`;
    const width = packedWidth(layout);
    const turned = rows * (heads + keyValueHeads) * headDim;
    const normInputs = () => ({
        x: normal([rows, width], 1),
        query_weight: normal([headDim], 2),
        key_weight: normal([headDim], 3),
    });
    return [
        opCase({
            op: "rope",
            shape,
            flops: 3 * turned,
            bytes: 4 * 2 * rows * width,
            inputs: () => ({
                x: normal([rows, width], 1),
                positions: integers([rows], POSITIONS, 2),
                table: given([POSITIONS, headDim], [...ropeTable({ positions: POSITIONS, headDim, theta: 1e4 })]),
            }),
            build: (i) => ({ y: rope(i.x, i.positions, i.table, layout) }),
            reference: (inputs) => ropeReference(inputs, layout),
        }),
        opCase({
            op: "qk_norm",
            shape,
            flops: 4 * turned,
            bytes: 4 * 2 * rows * width,
            inputs: normInputs,
            build: (i) => ({ y: qkNorm(i.x, i.query_weight, i.key_weight, EPS, layout) }),
            reference: (inputs) => ({ y: qkNormReference(inputs, EPS, layout).y }),
        }),
        gradientCase({
            op: qkNormOp,
            attributes: { eps: EPS, layout },
            shape,
            flops: 12 * turned,
            bytes: 4 * 3 * rows * width,
            inputs: normInputs,
            output: "y",
            gradients: ["x", "query_weight", "key_weight"],
            reference: (inputs) => qkNormReference(inputs, EPS, layout),
        }),
    ];
});
