import { adamwStep } from "../../src/ops/adamw.js";
import { adamwCheck } from "../../src/ops/adamw_check.js";
import { gradientNorm } from "../../src/ops/gradient_norm.js";
import { adamwReference } from "../../src/testing/reference/adamw.js";
import { adamwCheckReference } from "../../src/testing/reference/adamw_check.js";
import { gradientNormReference } from "../../src/testing/reference/gradient_norm.js";
import { given, normal } from "../../src/testing/values.js";
import { opCase } from "../op_case.js";
const BETAS = [0.9, 0.95];
const STEP = 7;
const SCALE = 0.5;
export const optimizerCases = [2 ** 18, 2 ** 20].flatMap((elements) => [
    gradientNormCase(elements),
    adamwCase(elements),
    adamwCheckCase(elements),
]);
function gradientNormCase(elements) {
    const before = [STEP, 0, 0, 0, 0, 0, 0, 0];
    const options = { maxGradNorm: 1, betas: BETAS };
    return opCase({
        op: "gradient_norm",
        shape: `E${elements}`,
        flops: 2 * elements,
        bytes: 4 * elements,
        inputs: () => ({ gradients: normal([elements], 1), state: given([8], before) }),
        build: (i) => ({ state: gradientNorm([i.gradients], i.state, options) }),
        reference: {
            // Each error is relative to its own number, because the norm is a thousand times the scale.
            errorOf: ({ state }, { gradients }) => {
                const expected = gradientNormReference([gradients.data], before, options);
                return Math.max(...expected.map((value, i) => Math.abs(state[i] - value) / (Math.abs(value) + 1e-9)));
            },
        },
    });
}
/** What a step of AdamW over one shard reads, and its options. */
function adamwStepOf(elements) {
    const options = { learningRate: 1e-3, betas: BETAS, eps: 1e-8, weightDecay: 0.1, decayEnd: (3 * elements) / 4 };
    const state = [STEP, 1, SCALE, 0, ...BETAS.map((beta) => 1 - beta ** STEP), 0, 0].map(Math.fround);
    const inputs = () => {
        const second = normal([elements], 4, 0.1);
        return {
            gradients: normal([elements], 1),
            state: given([8], state),
            weights: normal([elements], 2),
            first: normal([elements], 3, 0.1),
            second: { ...second, data: second.data.map(Math.abs) },
        };
    };
    const shardOf = (i) => {
        return { parameters: i.weights, gradients: i.gradients, first: i.first, second: i.second, state: i.state };
    };
    return { options, state, inputs, shardOf };
}
function adamwCase(elements) {
    const { options, inputs, shardOf } = adamwStepOf(elements);
    return opCase({
        op: "adamw",
        shape: `E${elements}`,
        flops: 16 * elements,
        bytes: 4 * 7 * elements,
        inputs,
        build: (i) => {
            adamwStep(shardOf(i), options);
            return { weights: i.weights, first: i.first, second: i.second };
        },
        reference: ({ gradients, weights, first, second }) => {
            const moments = { weights: weights.data.slice(), first: first.data.slice(), second: second.data.slice() };
            adamwReference(moments, gradients.data, { ...options, scale: SCALE, step: STEP });
            return moments;
        },
    });
}
function adamwCheckCase(elements) {
    const { options, state, inputs, shardOf } = adamwStepOf(elements);
    return opCase({
        op: "adamw_check",
        shape: `E${elements}`,
        flops: 16 * elements,
        bytes: 4 * 4 * elements,
        inputs,
        build: (i) => {
            adamwCheck([[shardOf(i), options]]);
            return { state: i.state };
        },
        reference: ({ gradients, weights, first, second }) => {
            const moments = { weights: weights.data, first: first.data, second: second.data };
            const checked = adamwCheckReference([[moments, gradients.data, { ...options, scale: SCALE, step: STEP }]], state);
            return { state: Float64Array.from(checked) };
        },
    });
}
