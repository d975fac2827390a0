import { adamwCheckOp } from "../../ops/adamw_check.js";
import { adamwCheckReference } from "../reference/adamw_check.js";
import { gradientNormReference } from "../reference/gradient_norm.js";
import { given, normal } from "../values.js";
const SIZES = [
    [1, 1],
    [5, 1031],
    [70, 12],
];
const betas = [0.9, 0.95];
const ADAMW = { betas, eps: 1e-8, weightDecay: 0.1 };
/** The third step, of which the second shard overflows at the second rate. */
const BEFORE = [2, 0, 0, 1, 0, 0, 0, 0];
const RATES = [0.001, 3e38];
export const adamwCheckCases = SIZES.flatMap((lengths) => RATES.map((learningRate) => {
    const gradients = lengths.map((length, i) => normal([length], 7 + i));
    const counted = gradientNormReference(gradients.map(({ data }) => data), BEFORE, { maxGradNorm: 1, betas });
    const shards = lengths.map((length, i) => {
        const second = normal([length], 5 + i, 0.1);
        return {
            [`gradients_${i}`]: gradients[i],
            [`weights_${i}`]: normal([length], 1 + i),
            [`first_${i}`]: normal([length], 3 + i, 0.1),
            [`second_${i}`]: { ...second, data: second.data.map((value) => Math.fround(value * value)) },
        };
    });
    const options = lengths.map((length) => ({ ...ADAMW, learningRate, decayEnd: length - 1 }));
    const state = given([8], counted.map(Math.fround));
    return {
        name: "adamw_check",
        title: `shards of ${lengths.join(" and ")} at a learning rate of ${learningRate}`,
        tolerance: 1e-6,
        quick: lengths[0] === 5,
        inputs: Object.assign({ state }, ...shards),
        op: (inputs) => ({ state: adamwCheckOp(inputs, { shards: options }).state }),
        reference: (inputs) => {
            const values = (name, i) => inputs[`${name}_${i}`].data;
            const moments = (i) => ({ weights: values("weights", i), first: values("first", i), second: values("second", i) });
            const step = { scale: counted[2], step: counted[0] };
            const checked = options.map((rates, i) => [moments(i), values("gradients", i), { ...rates, ...step }]);
            return { state: Float64Array.from(adamwCheckReference(checked, counted)) };
        },
    };
}));
