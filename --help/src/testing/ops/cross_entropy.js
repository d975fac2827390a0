import { crossEntropy, crossEntropyOp } from "../../ops/cross_entropy.js";
import { TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../ops/records.js";
import { crossEntropyReference } from "../reference/cross_entropy.js";
import { metricReduceReference } from "../reference/metric_reduce.js";
import { given, normal, setRecord } from "../values.js";
function inputsOf(rows) {
    const statistics = normal([rows, TOKEN_STATISTICS.size], 1);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 2);
    for (let row = 0; row < rows; row += 1) {
        const isPrompt = row % 3 === 2;
        setRecord(tokenInputs, TOKEN_INPUT, row, isPrompt ? { mask: 0, weight: 0 } : { mask: 1 });
        if (isPrompt)
            statistics.data.fill(Number.NaN, row * TOKEN_STATISTICS.size, (row + 1) * TOKEN_STATISTICS.size);
    }
    return { statistics, token_inputs: tokenInputs };
}
function casesOf(rows) {
    const common = {
        name: "cross_entropy",
        tolerance: 5e-6,
        quick: true,
        inputs: inputsOf(rows),
        dynamicRows: ["statistics", "token_inputs"],
    };
    return [
        {
            ...common,
            title: `${rows} rows of which every third has no weight`,
            op: (i) => ({ ...crossEntropyOp({ statistics: i.statistics, token_inputs: i.token_inputs }, {}) }),
            reference: crossEntropyReference,
        },
        {
            ...common,
            title: `sums over ${rows} rows`,
            op: (i) => ({ metrics: crossEntropy(i.statistics, i.token_inputs).metrics }),
            reference: (i) => {
                const token_metrics = given([rows, TOKEN_METRICS.size], [...crossEntropyReference(i).token_metrics]);
                return metricReduceReference({ ...i, token_metrics });
            },
        },
    ];
}
export const crossEntropyCases = [1, 300].flatMap(casesOf);
