import { ceilDivide } from "../graph/scalar.js";
import { reshape } from "../graph/tensor.js";
import { BLOCK_ROWS, columnSum } from "./column_sum.js";
import { defineOp, shapeError } from "./define.js";
import { rowElements } from "./elements.js";
/** x [N, C], weight [C] -> y [N, C] = x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019, arXiv 1910.07467). */
export const rmsNormOp = defineOp({
    name: "rms_norm",
    shape: (inputs) => {
        const { x, weight } = inputs;
        if (x.shape.length !== 2 || weight.shape.length !== 1 || x.size(1) !== weight.size(0)) {
            throw shapeError("rms_norm", inputs, "x [N, C] and weight [C]");
        }
        return { y: { shape: x.shape }, inverse_rms: { shape: [x.shape[0]] } };
    },
    forward: ({ inputs: { x, weight }, outputs: { y, inverse_rms }, attributes: { eps } }) => {
        const rows = x.shape[0];
        const { variant, columns, count } = rowElements(x);
        const parameters = { rows, columns, count, eps };
        return [{ kernel: "norm/rms_norm", variant, bindings: { x, weight, y, inverse_rms }, parameters, workgroups: rows }];
    },
    backward: ({ inputs: { x, weight }, outputs: { inverse_rms } }, { gradient, needs, sink, absorb }) => {
        const grad_y = gradient("y");
        const saved = { x, grad_y, inverse_rms };
        return {
            x: needs("x") ? rmsNormBackward({ ...saved, weight, residual: absorb("x") }, {}).grad_x : undefined,
            weight: needs("weight") ? weightGradient(saved, sink("weight")) : undefined,
        };
    },
});
const rmsNormBackward = defineOp({
    name: "rms_norm_backward",
    shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
    forward: ({ inputs: { residual, ...inputs }, outputs }) => {
        const rows = inputs.x.shape[0];
        const { variant, columns, count } = rowElements(inputs.x);
        return [
            {
                kernel: "norm/rms_norm_backward",
                variant: { conditions: { ...variant.conditions, RESIDUAL: residual !== undefined } },
                bindings: { ...inputs, residual: residual ?? inputs.x, ...outputs },
                parameters: { rows, columns, count },
                workgroups: rows,
            },
        ];
    },
});
const rmsNormBackwardWeight = defineOp({
    name: "rms_norm_backward_weight",
    shape: ({ x }) => ({ partial: { shape: [ceilDivide(x.shape[0], BLOCK_ROWS), x.size(1)] } }),
    forward: ({ inputs, outputs }, { lanes }) => {
        const rows = inputs.x.shape[0];
        const columns = inputs.x.size(1);
        return [
            {
                kernel: "norm/rms_norm_backward_weight",
                bindings: { ...inputs, ...outputs },
                parameters: { rows, columns, block_rows: BLOCK_ROWS },
                workgroups: [Math.ceil(columns / lanes), ceilDivide(rows, BLOCK_ROWS), 1],
            },
        ];
    },
});
function weightGradient(saved, sink) {
    const sum = columnSum(rmsNormBackwardWeight(saved, {}).partial, sink);
    return sink ? sum : reshape(sum, [saved.x.size(1)]);
}
/** y = x / sqrt(mean(x^2) + eps) * weight, over every row of x [N, C]. */
export function rmsNorm(x, weight, eps) {
    return rmsNormOp({ x, weight }, { eps }).y;
}
