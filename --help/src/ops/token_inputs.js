import { shapeError } from "./define.js";
import { TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "./records.js";
/** Rows of a block: a workgroup adds up one block, and then the blocks are added in order. */
export const REDUCE_ROWS = 256;
const WIDTHS = {
    statistics: TOKEN_STATISTICS.size,
    token_inputs: TOKEN_INPUT.size,
    token_metrics: TOKEN_METRICS.size,
};
/** @throws when a tensor that describes tokens has not the width of its record */
export function checkTokenShapes(op, inputs) {
    for (const [name, tensor] of Object.entries(inputs)) {
        const width = WIDTHS[name];
        if (!tensor || width === undefined || tensor.shape.at(-1) === width)
            continue;
        throw shapeError(op, inputs, `${name} with ${width} numbers a row`);
    }
}
