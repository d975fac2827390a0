import { loopCount } from "./control_state.js";
import { defineOp, shapeError } from "./define.js";
import { gateParameters } from "./gate.js";
import { checkTokenShapes } from "./token_inputs.js";
/** Writes the column control_weight of token_inputs [N, 6] in place: tokens / gated tokens. sequence_begin [S+1] u32. */
export const controlWeightOp = defineOp({
    name: "control_weight",
    shape: (inputs) => {
        checkTokenShapes("control_weight", inputs);
        if (inputs.sequence_begin.dtype !== "u32")
            throw shapeError("control_weight", inputs, "sequence_begin [S+1] of u32");
        loopCount("control_weight", inputs);
        return { token_inputs: { inPlaceOf: inputs.token_inputs } };
    },
    forward: ({ inputs: { statistics, sequence_begin, control }, outputs: { token_inputs }, attributes }) => [
        {
            kernel: "policy/control_weight",
            bindings: { statistics, sequence_begin, state: control, token_inputs },
            parameters: {
                sequences: attributes.sequences,
                whole_batch: attributes.scope === "batch" ? 1 : 0,
                ...gateParameters(attributes),
            },
            workgroups: attributes.sequences,
        },
    ],
});
/** For `alphaNorm: gated`: makes the control term a mean over the gated tokens. Returns token_inputs. */
export function controlWeight(given, options) {
    const { statistics, control } = given;
    const inputs = { statistics, sequence_begin: given.sequenceBegin, control, token_inputs: given.tokenInputs };
    return controlWeightOp(inputs, options).token_inputs;
}
