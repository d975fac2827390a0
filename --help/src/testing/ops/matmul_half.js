import { unpackHalves } from "../../half_float.js";
import { matmul } from "../../ops/matmul/op.js";
import { matmulReference } from "../reference/matmul.js";
import { normal } from "../values.js";
import { FAMILIES } from "./matmul.js";
/** Odd sizes, in which a pair of halves lies across two rows of b; few rows; the last two for quads. */
const SHAPES = [
    [1, 1, 1],
    [3, 5, 7],
    [17, 33, 65],
    [53, 21, 6],
    [64, 48, 112],
    [5, 132, 128],
];
/** Random halves of all sizes that a weight may have, subnormal ones included, and the values that they stand for. */
function halves(count) {
    const random = normal([count + 1], 7).data;
    const bits = (i) => {
        const x = random[i];
        const exponent = Math.floor(Math.abs(x) * 1000) % 16;
        return ((x < 0 ? 1 : 0) << 15) | (exponent << 10) | (Math.floor(Math.abs(x) * 1e6) & 0x3ff);
    };
    const words = Uint32Array.from({ length: Math.ceil(count / 2) }, (_, i) => ((bits(2 * i + 1 < count ? 2 * i + 1 : count) << 16) | bits(2 * i)) >>> 0);
    return { words, values: Float64Array.from(unpackHalves(words).subarray(0, count)) };
}
function caseOf(layout, family, shape) {
    const [rows, columns, inner] = shape;
    const { words, values } = halves(columns * inner);
    const shapeOfB = layout === "NT" ? [columns, inner] : [inner, columns];
    const b = { shape: shapeOfB, data: values };
    return {
        name: "matmul",
        title: `${layout} by ${family} reads b as halves of ${shape.join(" x ")}`,
        tolerance: 1e-5,
        needsSubgroups: family === "subgroup",
        quick: rows === 17,
        slow: family === "tiled" && rows !== 53 && rows !== 64,
        inputs: {
            a: normal([rows, inner], 1),
            // What must not be read.
            b: { shape: shapeOfB, data: new Float64Array(columns * inner).fill(1e6) },
            half: { shape: [words.length], data: Float64Array.from(words), dtype: "u32" },
            bias: normal([columns], 3),
            residual: normal([rows, columns], 4),
        },
        dynamicRows: ["a", "residual"],
        op: (i) => ({ y: matmul(i.a, { tensor: i.b, half: i.half }, { layout, bias: i.bias, residual: i.residual, family }) }),
        reference: (inputs) => matmulReference({ ...inputs, b }, layout),
    };
}
export const matmulHalfCases = [...FAMILIES, "vector"].flatMap((family) => (family === "vector" ? ["NT"] : ["NN", "NT"]).flatMap((layout) => SHAPES.map((shape) => caseOf(layout, family, shape))));
