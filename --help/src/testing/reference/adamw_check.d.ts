import { adamwReference, type Moments } from "./adamw.js";
type Shard = readonly [Moments, gradients: ArrayLike<number>, options: Parameters<typeof adamwReference>[2]];
/**
 * The optimiser's state after the look ahead: where AdamW would make a number in single precision that is not finite of any shard,
 * scale is 0 and the step counts as skipped.
 */
export declare function adamwCheckReference(shards: readonly Shard[], state: readonly number[]): number[];
export {};
