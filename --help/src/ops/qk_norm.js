import { ceilDivide, product } from "../graph/scalar.js";
import { reshape } from "../graph/tensor.js";
import { BLOCK_ROWS, columnSum } from "./column_sum.js";
import { defineOp, shapeError } from "./define.js";
import { describePacked, headElements, isPacked } from "./heads.js";
/** x [N, (H + 2K) D], query_weight and key_weight [D] -> y [N, (H + 2K) D], inverse_rms [N, H + K]. */
export const qkNormOp = defineOp({
    name: "qk_norm",
    shape: (inputs, { layout }) => {
        const { x, query_weight, key_weight } = inputs;
        const { heads, keyValueHeads, headDim } = layout;
        if (!isPacked(x, layout) || query_weight.size(-1) !== headDim || key_weight.size(-1) !== headDim) {
            throw shapeError("qk_norm", inputs, `x like ${describePacked(layout)}; query_weight and key_weight [${headDim}]`);
        }
        return { y: { shape: x.shape }, inverse_rms: { shape: [x.shape[0], heads + keyValueHeads] } };
    },
    forward: ({ inputs, outputs, attributes: { layout, eps } }) => [
        { kernel: "attention/qk_norm", bindings: { ...inputs, ...outputs }, ...launch(inputs.x, layout, { eps }) },
    ],
    backward: ({ inputs: { x, query_weight, key_weight }, outputs: { inverse_rms }, attributes: { layout } }, context) => {
        const { needs, sink } = context;
        const saved = { x, grad_y: context.gradient("y"), inverse_rms };
        const { heads, keyValueHeads } = layout;
        const keyHeads = { layout, firstHead: heads, endHead: heads + keyValueHeads };
        return {
            x: needs("x") ? qkNormBackward({ ...saved, query_weight, key_weight }, { layout }).grad_x : undefined,
            query_weight: needs("query_weight")
                ? weightGradient(saved, { layout, firstHead: 0, endHead: heads }, sink("query_weight"))
                : undefined,
            key_weight: needs("key_weight") ? weightGradient(saved, keyHeads, sink("key_weight")) : undefined,
        };
    },
});
function launch(x, layout, parameters) {
    const rows = x.shape[0];
    const { heads, keyValueHeads, headDim } = layout;
    return {
        variant: headElements(headDim).variant,
        parameters: { rows, heads, key_value_heads: keyValueHeads, head_dim: headDim, ...parameters },
        workgroups: ceilDivide(product(rows, heads + 2 * keyValueHeads), 64),
    };
}
const qkNormBackward = defineOp({
    name: "qk_norm_backward",
    shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
    forward: ({ inputs, outputs, attributes: { layout } }) => [
        { kernel: "attention/qk_norm_backward", bindings: { ...inputs, ...outputs }, ...launch(inputs.x, layout, {}) },
    ],
});
const qkNormBackwardWeight = defineOp({
    name: "qk_norm_backward_weight",
    shape: ({ x }, { layout }) => ({ partial: { shape: [ceilDivide(x.shape[0], BLOCK_ROWS), layout.headDim] } }),
    forward: ({ inputs, outputs, attributes: { layout, firstHead, endHead } }, { lanes }) => {
        const rows = inputs.x.shape[0];
        const { heads, keyValueHeads, headDim } = layout;
        return [
            {
                kernel: "attention/qk_norm_backward_weight",
                bindings: { ...inputs, ...outputs },
                parameters: {
                    rows,
                    heads: heads + 2 * keyValueHeads,
                    normed_heads: heads + keyValueHeads,
                    head_dim: headDim,
                    first_head: firstHead,
                    end_head: endHead,
                    block_rows: BLOCK_ROWS,
                },
                workgroups: [Math.ceil(headDim / lanes), ceilDivide(rows, BLOCK_ROWS), 1],
            },
        ];
    },
});
function weightGradient(saved, range, sink) {
    const sum = columnSum(qkNormBackwardWeight(saved, range).partial, sink);
    return sink ? sum : reshape(sum, [range.layout.headDim]);
}
/**
 * RMS norm of every query and key head, one weight for all queries and one for all keys (Qwen3); value heads are copied.
 * qkv: [N, (H + 2K) D]; queryWeight, keyWeight: [D] -> [N, (H + 2K) D]
 */
export function qkNorm(qkv, queryWeight, keyWeight, eps, layout) {
    return qkNormOp({ x: qkv, query_weight: queryWeight, key_weight: keyWeight }, { eps, layout }).y;
}
