import { runScalar } from "../../graph/scalar.js";
import { addOnto } from "../../ops/add_onto.js";
import { addOntoReference } from "../reference/add_onto.js";
import { given, normal } from "../values.js";
const SHAPES = [[1], [7, 13], [64, 4], [127]];
const sums = SHAPES.flatMap((shape) => [0, 1].map((accumulate) => ({
    name: "add_onto",
    title: `[${shape.join(" x ")}] with accumulate ${accumulate}`,
    tolerance: 1e-6,
    quick: shape.length === 2,
    inputs: { x: normal(shape, 1), y: normal(shape, 2) },
    op: ({ x, y }) => ({ y: addOnto({ onto: y, accumulate }, x) }),
    reference: (inputs) => addOntoReference(inputs, accumulate),
})));
const overwrites = {
    name: "add_onto",
    title: "overwrites what was not finite when it does not accumulate",
    tolerance: 0,
    quick: true,
    inputs: { x: given([2], [1, 2]), y: given([2], [Number.NaN, Number.POSITIVE_INFINITY]) },
    op: ({ x, y }) => ({ y: addOnto({ onto: y, accumulate: runScalar("rows", 9) }, x) }),
    reference: (inputs) => addOntoReference(inputs, 0),
};
export const addOntoCases = [...sums, overwrites];
