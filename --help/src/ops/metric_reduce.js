import { ceilDivide } from "../graph/scalar.js";
import { defineOp } from "./define.js";
import { BATCH_METRICS, TOKEN_METRICS, TOKEN_RANGE } from "./records.js";
import { checkTokenShapes, REDUCE_ROWS } from "./token_inputs.js";
/** token_metrics [N, 8], token_inputs [N, 6] -> metrics [13]. */
export const metricReduceOp = defineOp({
    name: "metric_reduce",
    shape: (inputs) => {
        checkTokenShapes("metric_reduce", inputs);
        const { token_metrics, into } = inputs;
        return {
            partial: { shape: [ceilDivide(token_metrics.shape[0], REDUCE_ROWS), TOKEN_METRICS.size + TOKEN_RANGE.size] },
            metrics: into ? { inPlaceOf: into } : { shape: [BATCH_METRICS.size] },
        };
    },
    forward: ({ inputs: { token_metrics, token_inputs }, outputs: { partial, metrics } }) => {
        const rows = token_metrics.shape[0];
        const blocks = ceilDivide(rows, REDUCE_ROWS);
        return [
            {
                kernel: "policy/metric_reduce_partial",
                bindings: { token_metrics, token_inputs, partial },
                parameters: { rows, block_rows: REDUCE_ROWS },
                workgroups: blocks,
            },
            { kernel: "policy/metric_reduce", bindings: { partial, metrics }, parameters: { blocks }, workgroups: 1 },
        ];
    },
});
/** Reduces the tokens' metrics to one record BATCH_METRICS, in a fixed order; writes it to `into` [13] where that is given. */
export function metricReduce(tokenMetrics, tokenInputs, into) {
    return metricReduceOp({ token_metrics: tokenMetrics, token_inputs: tokenInputs, into }, {}).metrics;
}
