import { fromHalf } from "../../ops/from_half.js";
import { toHalf } from "../../ops/to_half.js";
import { toHalfReference } from "../reference/to_half.js";
import { given, normal } from "../values.js";
/** The driver chooses how it rounds: one step of 2^-10 at most. */
const STEP = 2 ** -10;
const SHAPES = [
    [1, 2],
    [7, 6],
    [65, 4],
];
const EXACT = [0, 1, -1, 0.5, -2.25, 1024.5, -65504, 65504, 2 ** -14, 1e6, -1e30, 3];
function caseOf(title, x, tolerance, dynamicRows) {
    return {
        name: "to_half",
        title,
        tolerance,
        quick: true,
        inputs: { x },
        dynamicRows,
        op: (inputs) => ({ y: fromHalf(toHalf(inputs.x)) }),
        reference: toHalfReference,
    };
}
export const toHalfCases = [
    ...SHAPES.map(([rows, columns]) => caseOf(`keeps 11 bits of ${rows} x ${columns}`, normal([rows, columns], 1, 30), STEP, ["x"])),
    caseOf("exact on what 16 bits hold and stops at 65504", given([2, 6], EXACT), 0, []),
];
