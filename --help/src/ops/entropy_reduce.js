import { ceilDivide } from "../graph/scalar.js";
import { loopCount } from "./control_state.js";
import { defineOp } from "./define.js";
import { gateParameters } from "./gate.js";
import { ENTROPY_SUMS } from "./records.js";
import { checkTokenShapes, REDUCE_ROWS } from "./token_inputs.js";
/** statistics [N, 4], token_inputs [N, 6], control in place: mean entropies and counts, of all tokens and of each class. */
export const entropyReduceOp = defineOp({
    name: "entropy_reduce",
    shape: (inputs) => {
        checkTokenShapes("entropy_reduce", inputs);
        const blocks = ceilDivide(inputs.statistics.shape[0], REDUCE_ROWS);
        return { partial: { shape: [loopCount("entropy_reduce", inputs), blocks, ENTROPY_SUMS.size] }, control: { inPlaceOf: inputs.control } };
    },
    forward: ({ inputs: { statistics, token_inputs }, outputs: { partial, control }, attributes }) => {
        const rows = statistics.shape[0];
        const [classes, blocks] = [partial.shape[0], partial.shape[1]];
        return [
            {
                kernel: "policy/entropy_reduce_partial",
                bindings: { statistics, token_inputs, partial },
                parameters: { rows, block_rows: REDUCE_ROWS, ...gateParameters(attributes) },
                workgroups: [blocks, classes, 1],
            },
            {
                kernel: "policy/entropy_reduce",
                bindings: { partial, state: control },
                parameters: { blocks, whole_batch: attributes.wholeBatch === false ? 0 : 1 },
                workgroups: 1,
            },
        ];
    },
});
/** Reduces the response tokens' entropies and gates into the state of entropy control, in a fixed order. Returns the state. */
export function entropyReduce(statistics, tokenInputs, control, options) {
    return entropyReduceOp({ statistics, token_inputs: tokenInputs, control }, options).control;
}
