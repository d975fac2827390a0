import { swiglu } from "../../ops/swiglu.js";
import { swigluReference } from "../reference/swiglu.js";
import { given, normal } from "../values.js";
function caseOf(title, gate_up, more) {
    return {
        name: "swiglu",
        title,
        tolerance: 2e-5,
        quick: true,
        inputs: { gate_up },
        op: (inputs) => ({ y: swiglu(inputs.gate_up) }),
        reference: swigluReference,
        gradients: ["gate_up"],
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
export const swigluCases = [
    ...SHAPES.map(([rows, columns]) => caseOf(`${rows} x ${columns}`, normal([rows, 2 * columns], 1, 2), { dynamicRows: ["gate_up"], quick: rows === 23 || rows === 9 })),
    caseOf("finite where the exponential overflows", given([6, 2], [-1000, 1, -95, 2, -30, -1, 30, 1, 95, 2, 1000, -1]), {}),
];
