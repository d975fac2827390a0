import { ceilDivide } from "../graph/scalar.js";
import { reshape } from "../graph/tensor.js";
import { BLOCK_ROWS, columnSum } from "./column_sum.js";
import { defineOp, shapeError } from "./define.js";
import { elementsOf } from "./elements.js";
/** tokens [N] u32, weight [V, C] -> y [N, C]: rows of a table by index. */
export const embeddingOp = defineOp({
    name: "embedding",
    shape: (inputs) => {
        const { tokens, weight } = inputs;
        if (tokens.shape.length !== 1 || tokens.dtype !== "u32" || weight.shape.length !== 2) {
            throw shapeError("embedding", inputs, "tokens [N] of u32 and weight [V, C]");
        }
        return { y: { shape: [tokens.shape[0], weight.size(1)], dtype: weight.dtype } };
    },
    forward: ({ inputs: { tokens, weight }, outputs: { y } }) => {
        const { variant, columns, count } = elementsOf(y.shape);
        const parameters = { rows: tokens.shape[0], vocabulary: weight.shape[0], columns };
        return [{ kernel: "embedding/gather", variant, bindings: { tokens, weight, y }, parameters, workgroups: ceilDivide(count, 64) }];
    },
    backward: ({ inputs: { tokens, weight } }, { gradient, needs, sink }) => ({
        weight: needs("weight") ? tableGradient({ tokens, grad_y: gradient("y") }, weight, sink("weight")) : undefined,
    }),
});
/** The largest table, in rows and in elements, whose gradient is summed over whole tables, one for each block of rows. */
const SMALL_TABLE = { rows: 256, elements: 2 ** 17 };
function tableGradient(given, weight, sink) {
    const [rows, columns] = [weight.shape[0], weight.size(1)];
    if (typeof rows === "number" && rows <= SMALL_TABLE.rows && rows * columns <= SMALL_TABLE.elements) {
        const { partial } = gatherBackwardPartial(given, { rows });
        const sum = columnSum(partial, sink);
        return sink ? sum : reshape(sum, weight.shape);
    }
    const links = gatherBackwardLinks({ tokens: given.tokens }, { rows });
    const onto = sink?.onto;
    return gatherBackward({ ...given, ...links, onto }, { rows, accumulate: sink?.accumulate ?? 0 }).grad_weight;
}
const gatherBackwardPartial = defineOp({
    name: "gather_backward_partial",
    shape: ({ grad_y }, { rows }) => ({ partial: { shape: [ceilDivide(grad_y.shape[0], BLOCK_ROWS), rows * grad_y.size(1)] } }),
    forward: ({ inputs: { tokens, grad_y }, outputs: { partial }, attributes }, { lanes }) => {
        const { variant, columns } = elementsOf(grad_y.shape);
        const rows = tokens.shape[0];
        return [
            {
                kernel: "embedding/gather_backward_partial",
                variant,
                bindings: { tokens, grad_y, partial },
                parameters: { rows, vocabulary: attributes.rows, columns, block_rows: BLOCK_ROWS },
                workgroups: [ceilDivide(columns, lanes), ceilDivide(rows, BLOCK_ROWS), 1],
            },
        ];
    },
});
const gatherBackwardLinks = defineOp({
    name: "gather_backward_links",
    shape: ({ tokens }, { rows }) => ({ first: { shape: [rows], dtype: "u32" }, next: { shape: tokens.shape, dtype: "u32" } }),
    forward: ({ inputs: { tokens }, outputs, attributes }) => {
        const rows = tokens.shape[0];
        const parameters = { rows, vocabulary: attributes.rows };
        return [{ kernel: "embedding/gather_backward_links", bindings: { tokens, ...outputs }, parameters, workgroups: ceilDivide(rows, 64) }];
    },
});
const gatherBackward = defineOp({
    name: "gather_backward",
    shape: ({ grad_y, onto }, { rows }) => ({ grad_weight: onto ? { inPlaceOf: onto } : { shape: [rows, grad_y.size(1)] } }),
    forward: ({ inputs: { tokens, grad_y, first, next }, outputs: { grad_weight }, attributes }) => {
        const { variant, columns } = elementsOf(grad_y.shape);
        return [
            {
                kernel: "embedding/gather_backward",
                variant,
                bindings: { tokens, grad_y, first, next, grad_weight },
                parameters: { rows: tokens.shape[0], vocabulary: attributes.rows, columns, accumulate: attributes.accumulate },
                workgroups: attributes.rows,
            },
        ];
    },
});
/** Rows of a table by index: token embeddings, or rows of hidden states. The host keeps tokens below V; others give NaN. */
export function embedding(tokens, weight) {
    return embeddingOp({ tokens, weight }, {}).y;
}
