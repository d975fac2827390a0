import { reshape } from "../../graph/tensor.js";
import { columnSum } from "../../ops/column_sum.js";
import { columnSumReference } from "../reference/column_sum.js";
import { normal } from "../values.js";
const SHAPES = [
    [1, 1],
    [64, 5],
    [65, 130],
    [4200, 3],
    [70, 12],
];
export const columnSumCases = SHAPES.map(([rows, columns]) => ({
    name: "column_sum",
    title: `${rows} x ${columns}`,
    tolerance: 2e-5,
    quick: rows === 65 || rows === 70,
    inputs: { x: normal([rows, columns], 1) },
    dynamicRows: ["x"],
    op: ({ x }) => ({ y: reshape(columnSum(x), [columns]) }),
    reference: columnSumReference,
}));
