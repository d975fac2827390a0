import { unpackHalves } from "../../src/half_float.js";
import { matmul } from "../../src/ops/matmul/op.js";
import { createRandom } from "../../src/random.js";
import { normal } from "../../src/testing/values.js";
import { opCase } from "../op_case.js";
const LAYOUTS = ["NN", "NT", "TN"];
const SQUARES = [256, 512, 1024];
/** Products in a model of width 128, most of them with 2048 packed rows, and their gradients; and a shape that no tile divides. */
const TRANSFORMER = [
    ["NT", [2048, 384, 128]],
    ["NT", [2048, 128, 512]],
    ["NT", [2048, 512, 128]],
    ["NN", [2048, 128, 384]],
    ["NN", [2048, 512, 128]],
    ["TN", [384, 128, 2048]],
    ["TN", [128, 512, 2048]],
    ["NT", [16384, 64, 128]],
    ["NT", [97, 131, 61]],
];
/** Sequences that decode together. */
const DECODE_ROWS = [1, 8, 256];
export const matmulCases = [
    ...SQUARES.flatMap((size) => LAYOUTS.map((layout) => matmulCase(layout, [size, size, size]))),
    ...TRANSFORMER.map(([layout, shape]) => matmulCase(layout, shape)),
    ...DECODE_ROWS.flatMap((rows) => ["NN", "NT"].map((layout) => matmulCase(layout, [rows, 512, 128]))),
    ...[1, 256, 2048].map((rows) => halfCase([rows, 512, 128])),
];
/** The layout NT with 16-bit weights. */
function halfCase(shape) {
    const [rows, columns, inner] = shape;
    return opCase({
        op: "matmul",
        variant: "NT f16 weights",
        shape: shape.join("x"),
        flops: 2 * rows * columns * inner,
        bytes: 4 * (rows * inner + rows * columns) + 2 * inner * columns,
        inputs: () => ({
            a: normal([rows, inner], 1),
            b: { shape: [columns, inner], data: new Float64Array(columns * inner) },
            half: { shape: [(columns * inner) / 2], data: randomHalves((columns * inner) / 2), dtype: "u32" },
        }),
        build: (i) => ({ y: matmul(i.a, { tensor: i.b, half: i.half }, { layout: "NT" }) }),
        reference: {
            errorOf: ({ y }, i) => {
                const b = Float64Array.from(unpackHalves(Uint32Array.from(i.half.data)));
                return errorOfSome(y, i.a.data, b, "NT", shape);
            },
        },
    });
}
/** Words of two 16-bit floats each, of either sign and of sizes from 2^-7 to 1. */
function randomHalves(words) {
    const { integer } = createRandom(2);
    const half = () => integer(2) * 2 ** 15 + (8 + integer(7)) * 2 ** 10 + integer(1024);
    return Float64Array.from({ length: words }, () => half() * 2 ** 16 + half());
}
function matmulCase(layout, shape) {
    const [rows, columns, inner] = shape;
    const a = layout === "TN" ? [inner, rows] : [rows, inner];
    const b = layout === "NT" ? [columns, inner] : [inner, columns];
    return opCase({
        op: "matmul",
        variant: layout,
        shape: shape.join("x"),
        flops: 2 * rows * columns * inner,
        bytes: 4 * (rows * inner + inner * columns + rows * columns),
        inputs: () => ({ a: normal(a, 1), b: normal(b, 2) }),
        build: (i) => ({ y: matmul(i.a, i.b, { layout }) }),
        reference: { errorOf: ({ y }, i) => errorOfSome(y, i.a.data, i.b.data, layout, shape) },
    });
}
/** The error at some two thousand places, whose stride shares no factor with a power of two, against double precision. */
function errorOfSome(y, a, b, layout, [rows, columns, inner]) {
    const stride = Math.max(1, Math.floor((rows * columns) / 2003) | 1);
    let difference = 0;
    let scale = 0;
    for (let i = 0; i < rows * columns; i += stride) {
        const row = Math.floor(i / columns);
        const column = i % columns;
        let sum = 0;
        for (let k = 0; k < inner; k += 1) {
            const left = a[layout === "TN" ? k * rows + row : row * inner + k];
            sum += left * b[layout === "NT" ? column * inner + k : k * columns + column];
        }
        const distance = Math.abs(sum - y[i]);
        if (!(distance <= difference))
            difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
        scale = Math.max(scale, Math.abs(sum));
    }
    return difference / scale;
}
