import { ceilDivide } from "../graph/scalar.js";
import { loopCount } from "./control_state.js";
import { defineOp, shapeError } from "./define.js";
import { gateParameters } from "./gate.js";
import { LOSS_COEFFICIENTS, TOKEN_METRICS } from "./records.js";
import { checkTokenShapes } from "./token_inputs.js";
/** Estimates of the KL divergence to the reference policy (Schulman 2020): the values of grpo.kl. */
export const KL_ESTIMATES = ["k1", "k2", "k3"];
/** statistics [N, 4], token_inputs [N, 6], control, extra [N] or none -> coefficients [N, 2], token_metrics [N, 8]. */
export const tokenLossOp = defineOp({
    name: "token_loss",
    shape: (inputs, { loss }) => {
        checkTokenShapes("token_loss", inputs);
        loopCount("token_loss", inputs);
        if ((loss.extra === undefined) !== (inputs.extra === undefined)) {
            throw shapeError("token_loss", inputs, loss.extra ? "extra [N], which this loss reads" : "no extra with this loss");
        }
        const rows = inputs.statistics.shape[0];
        return { coefficients: { shape: [rows, LOSS_COEFFICIENTS.size] }, token_metrics: { shape: [rows, TOKEN_METRICS.size] } };
    },
    forward: ({ inputs, outputs, attributes }) => {
        const { statistics, token_inputs, control, extra } = inputs;
        const { loss, beta, kl = "k3", entropyCoef } = attributes;
        const rows = statistics.shape[0];
        return [
            {
                kernel: "policy/token_loss",
                variant: { conditions: { EXTRA: extra !== undefined }, modules: { loss: loss.module } },
                bindings: { statistics, token_inputs, state: control, ...(extra && { extra }), ...outputs },
                parameters: {
                    rows,
                    kl: KL_ESTIMATES.indexOf(kl) + 1,
                    beta,
                    entropy_coefficient: entropyCoef,
                    ...gateParameters(attributes),
                    ...Object.fromEntries(Object.entries(loss.parameters).map(([name, value]) => [`loss.${name}`, value])),
                },
                workgroups: ceilDivide(rows, 64),
            },
        ];
    },
});
/**
 * The policy loss, token by token (shaders/policy/token_loss.wgsl has the formula): coefficients [N, 2] are its derivatives by the
 * action's log-probability and by the entropy; tokenMetrics [N, 8] are its value and the other metrics of the token.
 */
export function tokenLoss(given, options) {
    const { statistics, tokenInputs, control, extra } = given;
    const { coefficients, token_metrics } = tokenLossOp({ statistics, token_inputs: tokenInputs, control, extra }, options);
    return { coefficients, tokenMetrics: token_metrics };
}
