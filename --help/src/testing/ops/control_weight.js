import { initialState, packState } from "../../control/state.js";
import { controlWeight } from "../../ops/control_weight.js";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
import { controlWeightReference } from "../reference/control_weight.js";
import { given, normal, setRecord } from "../values.js";
const begins = [0, 1, 4, 4, 40, 173];
function caseOf({ scope, gate }) {
    const rows = begins.at(-1);
    const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
    for (let row = 0; row < rows; row += 1) {
        const { logp } = TOKEN_STATISTICS.read(statistics.data, row * TOKEN_STATISTICS.size);
        setRecord(statistics, TOKEN_STATISTICS, row, { logp: -Math.abs(logp), ...(row % 3 === 0 && { effect: 0 }) });
        // The first sequences have no token that counts, or none that is gated.
        setRecord(tokenInputs, TOKEN_INPUT, row, { mask: row % 4 === 1 || row === 0 ? 0 : 1 });
        if (row < 4)
            setRecord(statistics, TOKEN_STATISTICS, row, { logp: -3, effect: 0 });
    }
    const floats = packState(initialState({ control: { token_count: 100, gated_fraction: 0.25, gated_count: 25 } }));
    return {
        name: "control_weight",
        title: `over the ${scope} with gate ${gate}`,
        tolerance: 1e-6,
        quick: gate === "entropy-effect",
        inputs: {
            statistics,
            sequence_begin: given([begins.length], begins, "u32"),
            control: given([floats.length], floats),
            token_inputs: tokenInputs,
        },
        dynamicRows: ["statistics", "token_inputs"],
        op: (i) => {
            const inputs = { statistics: i.statistics, tokenInputs: i.token_inputs, control: i.control, sequenceBegin: i.sequence_begin };
            return { token_inputs: controlWeight(inputs, { gate, tau: 0.5, scope, sequences: begins.length - 1 }) };
        },
        reference: (inputs) => controlWeightReference(inputs, { gate, tau: 0.5, scope }),
    };
}
export const controlWeightCases = ["batch", "sequence"].flatMap((scope) => ["probability", "entropy-effect"].map((gate) => caseOf({ scope, gate })));
