import { metricReduce } from "../../ops/metric_reduce.js";
import { BATCH_METRICS, TOKEN_INPUT, TOKEN_METRICS } from "../../ops/records.js";
import { metricReduceReference } from "../reference/metric_reduce.js";
import { given, normal, setRecord } from "../values.js";
function inputsOf(rows, everyMasked) {
    const metrics = normal([rows, TOKEN_METRICS.size], 1);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 2);
    for (let row = 0; row < rows; row += 1) {
        const counts = row % everyMasked !== everyMasked - 1;
        setRecord(tokenInputs, TOKEN_INPUT, row, { mask: counts ? 1 : 0 });
        const { logp_difference } = TOKEN_METRICS.read(metrics.data, row * TOKEN_METRICS.size);
        setRecord(metrics, TOKEN_METRICS, row, { logp_difference: Math.abs(logp_difference) });
        if (!counts)
            metrics.data.fill(Number.NaN, row * TOKEN_METRICS.size, (row + 1) * TOKEN_METRICS.size);
    }
    return { token_metrics: metrics, token_inputs: tokenInputs };
}
const BATCHES = [
    [1, 2],
    [9, 3],
    [700, 7],
    [5, 1],
];
export const metricReduceCases = BATCHES.flatMap(([rows, everyMasked]) => {
    const inputs = inputsOf(rows, everyMasked);
    const common = { name: "metric_reduce", tolerance: 2e-6, quick: rows === 700, dynamicRows: ["token_metrics", "token_inputs"] };
    return [
        {
            ...common,
            title: `${rows} rows of which one in ${everyMasked} lies outside the mask`,
            byElement: true,
            inputs,
            op: (i) => ({ metrics: metricReduce(i.token_metrics, i.token_inputs) }),
            reference: metricReduceReference,
        },
        {
            ...common,
            title: `${rows} rows onto the sums of another pass`,
            inputs: { ...inputs, into: given([BATCH_METRICS.size], Array(BATCH_METRICS.size).fill(3)) },
            op: (i) => ({ metrics: metricReduce(i.token_metrics, i.token_inputs, i.into) }),
            reference: metricReduceReference,
        },
    ];
});
