import { adamwReference, type Moments } from "./adamw.ts";

type Shard = readonly [Moments, gradients: ArrayLike<number>, options: Parameters<typeof adamwReference>[2]];

/**
 * The optimiser's state after the look ahead: where AdamW would make a number in single precision that is not finite of any shard,
 * scale is 0 and the step counts as skipped.
 */
export function adamwCheckReference(shards: readonly Shard[], state: readonly number[]): number[] {
  const [step, norm, scale, skipped, ...rest] = state as [number, number, number, number, ...number[]];
  const holds = shards.every(([before, gradients, options]) => {
    const after = { weights: before.weights.slice(), first: before.first.slice(), second: before.second.slice() };
    adamwReference(after, gradients, options);
    return Object.values(after).every((values) => values.every((value) => Number.isFinite(Math.fround(value))));
  });
  return scale === 0 || holds ? [...state] : [step - 1, norm, 0, skipped + 1, ...rest];
}
