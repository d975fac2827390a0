import { defineOp } from "./define.js";
import { checkTokenShapes } from "./token_inputs.js";
/** statistics [N, 4], token_inputs [N, 6] -> selected [N], and the number of selected tokens in count [1]. */
export const covarianceSelectOp = defineOp({
    name: "covariance_select",
    shape: (inputs) => {
        checkTokenShapes("covariance_select", inputs);
        const shape = [inputs.statistics.shape[0]];
        return { key: { shape, dtype: "u32" }, selected: { shape }, count: { inPlaceOf: inputs.count } };
    },
    forward: ({ inputs: { statistics, token_inputs }, outputs, attributes: { fraction, among } }) => {
        const random = among && { seed: among.random.seed, draw: among.random.draw, micro_batch: among.random.microBatch };
        return [
            {
                kernel: "policy/covariance_select",
                variant: { conditions: { RANDOM: among !== undefined } },
                bindings: { statistics, token_inputs, ...outputs },
                parameters: { rows: statistics.shape[0], fraction, ...(among && { low: among.low, high: among.high, ...among.clip, ...random }) },
                workgroups: 1,
            },
        ];
    },
});
/**
 * Selects tokens by their covariance of advantage and log-probability: `selected` [N] is 1 for a selected token, else 0. Their number
 * overwrites `count` [1]. Means, shares and draws are over this batch alone.
 */
export function covarianceSelect(given, options) {
    const { statistics, tokenInputs, count } = given;
    return covarianceSelectOp({ statistics, token_inputs: tokenInputs, count }, options);
}
