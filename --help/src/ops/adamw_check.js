import { rowsOf } from "../graph/tensor.js";
import { adamwParameters } from "./adamw.js";
import { defineOp } from "./define.js";
import { elementsOf } from "./elements.js";
/** How many counts each shard has; 256 floats keep the window of every shard aligned. */
const PARTIAL_COUNTS = 256;
/** gradients_i, weights_i, first_i and second_i [E] of every shard i; updates state [8] in place. */
export const adamwCheckOp = defineOp({
    name: "adamw_check",
    shape: ({ state }, { shards }) => ({ partial: { shape: [shards.length, PARTIAL_COUNTS] }, state: { inPlaceOf: state } }),
    forward: ({ inputs, outputs: { partial, state }, attributes: { shards } }) => [
        ...shards.map((options, i) => {
            const gradients = inputs[`gradients_${i}`];
            const { variant, count } = elementsOf(gradients.shape);
            const before = { weights: inputs[`weights_${i}`], first: inputs[`first_${i}`], second: inputs[`second_${i}`] };
            return {
                kernel: "optim/adamw_check_partial",
                variant,
                bindings: { gradients, optimizer_state: state, ...before, partial: rowsOf(partial, i, 1) },
                parameters: { count, ...adamwParameters(options) },
                workgroups: PARTIAL_COUNTS,
            };
        }),
        {
            kernel: "optim/adamw_check",
            bindings: { partial, optimizer_state: state },
            parameters: { count: shards.length * PARTIAL_COUNTS },
            workgroups: 1,
        },
    ],
});
/**
 * Looks ahead at what `adamwStep` would make of all shards, which share one state. Where a weight or a moment would not be finite, the state
 * skips the step, so that no shard changes.
 */
export function adamwCheck(shards) {
    const named = shards.flatMap(([{ parameters, gradients, first, second }, _], i) => [
        [`gradients_${i}`, gradients],
        [`weights_${i}`, parameters],
        [`first_${i}`, first],
        [`second_${i}`, second],
    ]);
    const inputs = Object.fromEntries(named);
    adamwCheckOp({ ...inputs, state: shards[0][0].state }, { shards: shards.map(([, options]) => options) });
}
