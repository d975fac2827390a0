import { adamwOp } from "../../ops/adamw.js";
import { adamwReference } from "../reference/adamw.js";
import { gradientNormReference } from "../reference/gradient_norm.js";
import { given, normal } from "../values.js";
const SIZES = [
    [1, 0],
    [7, 5],
    [1024, 512],
    [70, 70],
];
const options = { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1, learningRate: 0.01 };
/** The fifth step, whose gradient is clipped. */
const STEPS_BEFORE = 4;
export const adamwCases = SIZES.map(([length, decayEnd]) => {
    const gradients = normal([length], 2, 3);
    const before = [STEPS_BEFORE, 0, 0, 0, 0, 0, 0, 0];
    const state = gradientNormReference([gradients.data], before, { maxGradNorm: 1, betas: options.betas });
    const second = normal([length], 4, 0.1);
    return {
        name: "adamw",
        title: `${length} weights of which ${decayEnd} decay`,
        tolerance: 2e-6,
        quick: true,
        inputs: {
            gradients,
            optimizer_state: given([8], before.map((_, i) => Math.fround(state[i] ?? 0))),
            weights: normal([length], 1),
            first: normal([length], 3, 0.1),
            second: { ...second, data: second.data.map((value) => Math.fround(value * value)) },
        },
        op: (i) => adamwOp({ gradients: i.gradients, optimizer_state: i.optimizer_state, weights: i.weights, first: i.first, second: i.second }, { ...options, decayEnd }),
        reference: (i) => {
            const moments = { weights: i.weights.data.slice(), first: i.first.data.slice(), second: i.second.data.slice() };
            adamwReference(moments, i.gradients.data, { ...options, decayEnd, scale: state[2], step: state[0] });
            return moments;
        },
    };
});
