import { type Tensor } from "../graph/tensor.js";
import { type AdamWShard, type AdamWStepOptions } from "./adamw.js";
type Options = {
    readonly shards: readonly AdamWStepOptions[];
};
/** gradients_i, weights_i, first_i and second_i [E] of every shard i; updates state [8] in place. */
export declare const adamwCheckOp: import("./define.js").Op<Readonly<Record<string, Tensor>>, "partial" | "state", Options>;
/**
 * Looks ahead at what `adamwStep` would make of all shards, which share one state. Where a weight or a moment would not be finite, the state
 * skips the step, so that no shard changes.
 */
export declare function adamwCheck(shards: readonly (readonly [AdamWShard, AdamWStepOptions])[]): void;
export {};
