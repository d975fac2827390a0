import { capacityOf, ceilDivide } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
import { rowElements } from "./elements.js";
/** Rows of a block, which one lane adds up: enough to be worth a lane, few enough to spread a sum over the GPU. */
export const BLOCK_ROWS = 64;
/** Sums blocks of rows: x [N, C] -> y [B, C]. */
export const columnSumOp = defineOp({
    name: "column_sum",
    shape: (inputs, { blockRows }) => {
        const [rows, columns] = inputs.x.shape;
        if (inputs.x.shape.length !== 2)
            throw shapeError("column_sum", inputs, "x [N, C]");
        return { y: inputs.onto ? { inPlaceOf: inputs.onto } : { shape: [ceilDivide(rows, blockRows), columns] } };
    },
    forward: ({ inputs: { x }, outputs: { y }, attributes: { blockRows, accumulate } }, { lanes }) => {
        const rows = x.shape[0];
        const { variant, columns } = rowElements(x);
        return [
            {
                kernel: "norm/column_sum",
                variant,
                bindings: { x, y },
                parameters: { rows, columns, block_rows: blockRows, accumulate },
                // At least one block, so that an empty batch writes zeros.
                workgroups: [Math.ceil(columns / lanes), atLeastOne(ceilDivide(rows, blockRows)), 1],
            },
        ];
    },
});
function atLeastOne(blocks) {
    if (typeof blocks === "number")
        return Math.max(1, blocks);
    return { label: blocks.label, capacity: Math.max(1, blocks.capacity), evaluate: (run) => Math.max(1, blocks.evaluate(run)) };
}
/** The sum over rows, in a fixed order: x [N, C] -> [1, C], or into the gradient of a parameter where its sink is given. */
export function columnSum(x, sink) {
    const rows = x.shape[0];
    const blocks = capacityOf(rows) > BLOCK_ROWS ? columnSumOp({ x }, { blockRows: BLOCK_ROWS, accumulate: 0 }).y : x;
    const whole = Math.max(1, capacityOf(blocks.shape[0]));
    return columnSumOp({ x: blocks, onto: sink?.onto }, { blockRows: whole, accumulate: sink?.accumulate ?? 0 }).y;
}
