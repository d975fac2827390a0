import { add } from "../../ops/add.js";
import { addReference } from "../reference/add.js";
import { normal } from "../values.js";
const SHAPES = [
    [1, 1],
    [5, 4],
    [7, 3],
    [33, 12],
    [67, 31],
];
export const addCases = SHAPES.map(([rows, columns]) => ({
    name: "add",
    title: `${rows} x ${columns}`,
    tolerance: 2e-5,
    quick: rows === 7 || rows === 33,
    inputs: { a: normal([rows, columns], 1), b: normal([rows, columns], 2) },
    dynamicRows: ["a", "b"],
    op: ({ a, b }) => ({ y: add(a, b) }),
    reference: addReference,
    gradients: ["a", "b"],
}));
