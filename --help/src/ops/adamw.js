import { ceilDivide } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
import { elementsOf } from "./elements.js";
/** The parameters of the kernels that compute AdamW's formula, beside `count`. */
export function adamwParameters({ betas: [beta1, beta2], ...options }) {
    return {
        decay_end: options.decayEnd,
        "rates.learning_rate": options.learningRate,
        "rates.beta1": beta1,
        "rates.one_minus_beta1": 1 - beta1,
        "rates.beta2": beta2,
        "rates.one_minus_beta2": 1 - beta2,
        "rates.eps": options.eps,
        "rates.weight_decay": options.weightDecay,
    };
}
/** gradients [E], optimizer_state [8] of gradient_norm; updates weights, first and second moments [E] in place. */
export const adamwOp = defineOp({
    name: "adamw",
    shape: (inputs) => {
        const { gradients, weights, first, second } = inputs;
        const length = weights.size(0);
        if ([gradients, first, second].some((tensor) => tensor.shape.length !== 1 || tensor.size(0) !== length)) {
            throw shapeError("adamw", inputs, "weights, gradients and both moments of one length");
        }
        return { weights: { inPlaceOf: weights }, first: { inPlaceOf: first }, second: { inPlaceOf: second } };
    },
    forward: ({ inputs: { gradients, optimizer_state }, outputs, attributes }) => {
        const { variant, count } = elementsOf(gradients.shape);
        return [
            {
                kernel: "optim/adamw",
                variant,
                bindings: { gradients, optimizer_state, ...outputs },
                parameters: { count, ...adamwParameters(attributes) },
                workgroups: ceilDivide(count, 64),
            },
        ];
    },
});
/** One AdamW update of a flat shard, in place. Nothing changes where gradientNorm or adamwCheck has skipped the step. */
export function adamwStep(shard, options) {
    const { parameters, gradients, first, second, state } = shard;
    adamwOp({ gradients, optimizer_state: state, weights: parameters, first, second }, options);
}
