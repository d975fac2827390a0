import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
import { sequenceRatio } from "../../ops/sequence_ratio.js";
import { sequenceRatioReference } from "../reference/sequence_ratio.js";
import { given, normal, setRecord } from "../values.js";
const BATCHES = [
    ["one token", [0, 1]],
    ["sequences of length 1 3 0 36 1 and 133", [0, 1, 4, 4, 40, 41, 174]],
    ["a sequence longer than any workgroup", [0, 7, 1210]],
    ["many sequences", Array.from({ length: 1002 }, (_, s) => 2 * s)],
];
function inputsOf(begins) {
    const rows = begins.at(-1);
    const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
    for (let row = 0; row < rows; row += 1) {
        // A prompt of one row, NaN, before the response of every sequence but the first; ratios beyond the clamp.
        const isPrompt = row > 0 && begins.includes(row) && begins.indexOf(row) % 2 === 1;
        const extreme = row % 13 === 5 && { old_logp: row % 2 === 0 ? 25 : -25 };
        setRecord(tokenInputs, TOKEN_INPUT, row, {
            mask: isPrompt ? 0 : 1 + (row % 3),
            ...(isPrompt && { old_logp: Number.NaN }),
            ...extreme,
        });
        if (isPrompt)
            setRecord(statistics, TOKEN_STATISTICS, row, { logp: Number.NaN });
    }
    return { statistics, token_inputs: tokenInputs, sequence_begin: given([begins.length], [...begins], "u32") };
}
export const sequenceRatioCases = BATCHES.map(([title, begins]) => ({
    name: "sequence_ratio",
    title,
    tolerance: 1e-6,
    quick: begins.length < 10,
    inputs: inputsOf(begins),
    dynamicRows: ["statistics", "token_inputs"],
    op: (i) => {
        const inputs = { statistics: i.statistics, tokenInputs: i.token_inputs, sequenceBegin: i.sequence_begin };
        return { mean_difference: sequenceRatio(inputs, { sequences: begins.length - 1 }) };
    },
    reference: sequenceRatioReference,
}));
