import { initialState, packState } from "../../control/state.js";
import { entropyReduce } from "../../ops/entropy_reduce.js";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
import { entropyReduceReference } from "../reference/entropy_reduce.js";
import { normal, setRecord } from "../values.js";
/** Statistics with some exactly zero effects and, where the mask is 0, NaN. The last of three and more classes never occurs. */
function batch(rows, everyMasked, classes) {
    const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
    for (let row = 0; row < rows; row += 1) {
        const { logp } = TOKEN_STATISTICS.read(statistics.data, row * TOKEN_STATISTICS.size);
        setRecord(statistics, TOKEN_STATISTICS, row, { logp: -Math.abs(logp), ...(row % 5 === 0 && { effect: 0 }) });
        const counts = row % everyMasked !== 0;
        setRecord(tokenInputs, TOKEN_INPUT, row, { mask: counts ? 1 + ((row * row) % Math.min(classes, Math.max(2, classes - 1))) : 0 });
        if (!counts)
            statistics.data.fill(Number.NaN, row * TOKEN_STATISTICS.size, (row + 1) * TOKEN_STATISTICS.size);
    }
    return {
        statistics,
        token_inputs: tokenInputs,
        control: normal([packState(initialState({ loops: Array(classes).fill({}) })).length], 5),
    };
}
const BATCHES = [
    [1, 2, 1],
    [5, 3, 1],
    [257, 2, 1],
    [1300, 7, 1],
    [6, 1, 1],
    [1, 2, 2],
    [5, 3, 3],
    [257, 2, 2],
    [1300, 7, 7],
];
const OPTIONS = [
    { gate: "probability", tau: 0.5 },
    { gate: "probability", tau: 0 },
    { gate: "entropy-effect", tau: 0.5, wholeBatch: false },
];
export const entropyReduceCases = BATCHES.flatMap(([rows, everyMasked, classes]) => OPTIONS.map((options) => ({
    name: "entropy_reduce",
    title: `${rows} rows of which one in ${everyMasked} is masked and ${classes} classes with gate ${options.gate} at ${options.tau}`,
    tolerance: 2e-6,
    quick: rows === 257 && classes === 2,
    inputs: batch(rows, everyMasked, classes),
    dynamicRows: ["statistics", "token_inputs"],
    op: (inputs) => ({ control: entropyReduce(inputs.statistics, inputs.token_inputs, inputs.control, options) }),
    reference: (inputs) => entropyReduceReference(inputs, options),
})));
