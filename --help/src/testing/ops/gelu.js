import { gelu } from "../../ops/gelu.js";
import { geluReference } from "../reference/gelu.js";
import { given, normal } from "../values.js";
function caseOf(title, x, more) {
    return {
        name: "gelu",
        title,
        tolerance: 2e-5,
        inputs: { x },
        op: (inputs) => ({ y: gelu(inputs.x) }),
        reference: geluReference,
        ...more,
    };
}
/** 1, 3 and 33 columns go one by one, 4 and 12 as vec4. */
const SHAPES = [
    [1, 1],
    [5, 4],
    [7, 3],
    [23, 12],
    [9, 33],
];
export const geluCases = [
    ...SHAPES.map(([rows, columns]) => caseOf(`${rows} x ${columns}`, normal([rows, columns], 1, 2), {
        dynamicRows: ["x"],
        gradients: ["x"],
        quick: rows === 23,
    })),
    caseOf("finite where the exponential overflows", given([9], [-1e4, -100, -12, -9, 0, 9, 12, 100, 1e4]), {
        gradients: ["x"],
        quick: true,
    }),
    ...[8, 9].map((length) => caseOf(`one dimension of ${length}`, normal([length], 5), { dynamicRows: ["x"] })),
];
