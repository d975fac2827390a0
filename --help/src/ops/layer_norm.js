import { ceilDivide } from "../graph/scalar.js";
import { reshape } from "../graph/tensor.js";
import { BLOCK_ROWS, columnSum } from "./column_sum.js";
import { defineOp, shapeError } from "./define.js";
import { rowElements } from "./elements.js";
/** x [N, C], weight [C], bias [C] -> y [N, C] = (x - mean) / sqrt(variance + eps) * weight + bias (arXiv 1607.06450). */
export const layerNormOp = defineOp({
    name: "layer_norm",
    shape: (inputs) => {
        const { x, weight, bias } = inputs;
        const fits = [weight, bias].every((tensor) => tensor.shape.length === 1 && tensor.size(0) === x.shape[1]);
        if (x.shape.length !== 2 || !fits)
            throw shapeError("layer_norm", inputs, "x [N, C], weight [C] and bias [C]");
        const rows = x.shape[0];
        return { y: { shape: x.shape }, mean: { shape: [rows] }, inverse_std: { shape: [rows] } };
    },
    forward: ({ inputs, outputs, attributes: { eps } }) => {
        const rows = inputs.x.shape[0];
        const { variant, columns, count } = rowElements(inputs.x);
        const parameters = { rows, columns, count, eps };
        return [{ kernel: "norm/layer_norm", variant, bindings: { ...inputs, ...outputs }, parameters, workgroups: rows }];
    },
    backward: ({ inputs: { x, weight }, outputs: { mean, inverse_std } }, { gradient, needs, sink, absorb }) => {
        const saved = { x, grad_y: gradient("y"), mean, inverse_std };
        const grad_x = needs("x") ? layerNormBackward({ ...saved, weight, residual: absorb("x") }, {}).grad_x : undefined;
        if (!needs("weight") && !needs("bias"))
            return { x: grad_x };
        const partial = layerNormBackwardWeight(saved, {});
        const sum = (blocks, name) => {
            if (!needs(name))
                return undefined;
            const onto = sink(name);
            return onto ? columnSum(blocks, onto) : reshape(columnSum(blocks), [x.size(1)]);
        };
        return { x: grad_x, weight: sum(partial.partial_weight, "weight"), bias: sum(partial.partial_bias, "bias") };
    },
});
const layerNormBackward = defineOp({
    name: "layer_norm_backward",
    shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
    forward: ({ inputs: { residual, ...inputs }, outputs }) => {
        const rows = inputs.x.shape[0];
        const { variant, columns, count } = rowElements(inputs.x);
        return [
            {
                kernel: "norm/layer_norm_backward",
                variant: { conditions: { ...variant.conditions, RESIDUAL: residual !== undefined } },
                bindings: { ...inputs, residual: residual ?? inputs.x, ...outputs },
                parameters: { rows, columns, count },
                workgroups: rows,
            },
        ];
    },
});
const layerNormBackwardWeight = defineOp({
    name: "layer_norm_backward_weight",
    shape: ({ x }) => {
        const shape = [ceilDivide(x.shape[0], BLOCK_ROWS), x.size(1)];
        return { partial_weight: { shape }, partial_bias: { shape } };
    },
    forward: ({ inputs, outputs }, { lanes }) => {
        const rows = inputs.x.shape[0];
        const columns = inputs.x.size(1);
        return [
            {
                kernel: "norm/layer_norm_backward_weight",
                bindings: { ...inputs, ...outputs },
                parameters: { rows, columns, block_rows: BLOCK_ROWS },
                workgroups: [Math.ceil(columns / lanes), ceilDivide(rows, BLOCK_ROWS), 1],
            },
        ];
    },
});
/** Layer normalisation of the rows of x [N, C], scaled by weight [C] and shifted by bias [C]. */
export function layerNorm(x, weight, bias, eps) {
    return layerNormOp({ x, weight, bias }, { eps }).y;
}
