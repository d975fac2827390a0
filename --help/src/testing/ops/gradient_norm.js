import { gradientNorm } from "../../ops/gradient_norm.js";
import { gradientNormReference } from "../reference/gradient_norm.js";
import { given, normal } from "../values.js";
const BATCHES = [
    [[1], 0, 1],
    [[4, 7], 3, 0.5],
    [[12_345, 4096, 3], 0, 100],
    [[9000], 5000, null],
];
const betas = [0.9, 0.999];
export const gradientNormCases = BATCHES.map(([sizes, steps, maxGradNorm]) => {
    const state = [steps, 0, 0, 2, 0, 0, 0, 0];
    const shards = Object.fromEntries(sizes.map((size, i) => [`shard${i}`, normal([size], i + 1)]));
    return {
        name: "gradient_norm",
        title: `${sizes.join(" + ")} values after ${steps} steps and at most ${maxGradNorm}`,
        tolerance: 2e-6,
        byElement: true,
        quick: true,
        inputs: { ...shards, state: given([state.length], state) },
        op: ({ state, ...inputs }) => ({ state: gradientNorm(Object.values(inputs), state, { maxGradNorm, betas }) }),
        reference: (inputs) => {
            const gradients = Object.keys(shards).map((name) => inputs[name].data);
            return { state: Float64Array.from(gradientNormReference(gradients, state, { maxGradNorm, betas })) };
        },
    };
});
