import { adamwReference } from "./adamw.js";
/**
 * The optimiser's state after the look ahead: where AdamW would make a number in single precision that is not finite of any shard,
 * scale is 0 and the step counts as skipped.
 */
export function adamwCheckReference(shards, state) {
    const [step, norm, scale, skipped, ...rest] = state;
    const holds = shards.every(([before, gradients, options]) => {
        const after = { weights: before.weights.slice(), first: before.first.slice(), second: before.second.slice() };
        adamwReference(after, gradients, options);
        return Object.values(after).every((values) => values.every((value) => Number.isFinite(Math.fround(value))));
    });
    return scale === 0 || holds ? [...state] : [step - 1, norm, 0, skipped + 1, ...rest];
}
