import { defineOp, shapeError } from "./define.js";
import { checkTokenShapes } from "./token_inputs.js";
/** statistics [N, 4], token_inputs [N, 6], sequence_begin [S+1] u32 -> mean_difference [N]. */
export const sequenceRatioOp = defineOp({
    name: "sequence_ratio",
    shape: (inputs) => {
        checkTokenShapes("sequence_ratio", inputs);
        if (inputs.sequence_begin.dtype !== "u32")
            throw shapeError("sequence_ratio", inputs, "sequence_begin [S+1] of u32");
        return { mean_difference: { shape: [inputs.statistics.shape[0]] } };
    },
    forward: ({ inputs, outputs, attributes: { sequences } }) => [
        { kernel: "policy/sequence_ratio", bindings: { ...inputs, ...outputs }, parameters: { sequences }, workgroups: sequences },
    ],
});
/** For every row [N], the mean of logp - old_logp over the response tokens of its sequence, in nats: the logarithm of GSPO's ratio. */
export function sequenceRatio(given, options) {
    const { statistics, tokenInputs, sequenceBegin } = given;
    return sequenceRatioOp({ statistics, token_inputs: tokenInputs, sequence_begin: sequenceBegin }, options).mean_difference;
}
