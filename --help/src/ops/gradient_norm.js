import { rowsOf } from "../graph/tensor.js";
import { defineOp } from "./define.js";
import { elementsOf } from "./elements.js";
import { NORM_PARTIAL } from "./records.js";
/** How many partial sums each shard of gradients has; 256 pairs of floats keep the window of every shard aligned. */
const PARTIAL_SUMS = 256;
/** Flat gradients under any names; updates state [8] in place. */
export const gradientNormOp = defineOp({
    name: "gradient_norm",
    shape: ({ state, ...shards }) => ({
        partial: { shape: [Object.keys(shards).length, PARTIAL_SUMS, NORM_PARTIAL.size] },
        state: { inPlaceOf: state },
    }),
    forward: ({ inputs, outputs: { partial, state }, attributes: { maxGradNorm, betas } }) => {
        const shards = Object.entries(inputs).filter(([name]) => name !== "state");
        return [
            ...shards.map(([, gradients], i) => {
                const { variant, count } = elementsOf(gradients.shape);
                const bindings = { gradients, partial: rowsOf(partial, i, 1) };
                return { kernel: "optim/gradient_norm_partial", variant, bindings, parameters: { count }, workgroups: PARTIAL_SUMS };
            }),
            {
                kernel: "optim/gradient_norm",
                bindings: { partial, optimizer_state: state },
                parameters: {
                    count: shards.length * PARTIAL_SUMS,
                    max_norm: maxGradNorm ?? 0,
                    log_beta1: Math.log(betas[0]),
                    log_beta2: Math.log(betas[1]),
                },
                workgroups: 1,
            },
        ];
    },
});
/** Updates the optimiser's state [8] from all gradients: norm, scale and bias corrections. A gradient that is not finite skips the step. */
export function gradientNorm(shards, state, options) {
    const named = Object.fromEntries(shards.map((shard, i) => [`gradients_${i}`, shard]));
    return gradientNormOp({ ...named, state }, options).state;
}
