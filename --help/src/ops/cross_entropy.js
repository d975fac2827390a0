import { ceilDivide } from "../graph/scalar.js";
import { defineOp } from "./define.js";
import { metricReduce } from "./metric_reduce.js";
import { LOSS_COEFFICIENTS, TOKEN_METRICS } from "./records.js";
import { checkTokenShapes } from "./token_inputs.js";
/** statistics [N, 4], token_inputs [N, 6] -> coefficients [N, 2], token_metrics [N, 8] of the loss -weight * logp. */
export const crossEntropyOp = defineOp({
    name: "cross_entropy",
    shape: (inputs) => {
        checkTokenShapes("cross_entropy", inputs);
        const rows = inputs.statistics.shape[0];
        return { coefficients: { shape: [rows, LOSS_COEFFICIENTS.size] }, token_metrics: { shape: [rows, TOKEN_METRICS.size] } };
    },
    forward: ({ inputs, outputs }) => {
        const rows = inputs.statistics.shape[0];
        const bindings = { ...inputs, ...outputs };
        return [{ kernel: "policy/cross_entropy", bindings, parameters: { rows }, workgroups: ceilDivide(rows, 64) }];
    },
});
/**
 * Cross-entropy of the actions, weighted by token_inputs: coefficients [N, 2] for logitsGradient, and metrics [13], which are those of the
 * policy loss.
 */
export function crossEntropy(statistics, tokenInputs) {
    const { coefficients, token_metrics } = crossEntropyOp({ statistics, token_inputs: tokenInputs }, {});
    return { coefficients, metrics: metricReduce(token_metrics, tokenInputs) };
}
