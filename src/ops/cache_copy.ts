import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";

type In = { source: Tensor; target_slot: Tensor; length: Tensor; cache_keys: Tensor; cache_values: Tensor };

/** Copies the beginnings of slots of the caches [S, P, K, D] (in 16 bits [S, P, K, D / 2] u32) to other slots, in place. */
export const cacheCopyOp = defineOp<In, "cache_keys" | "cache_values", { readonly positions: Scalar }>({
  name: "cache_copy",
  shape: (inputs) => {
    const { source, target_slot, length, cache_keys, cache_values } = inputs;
    const isOne = [source, target_slot, length].every(({ shape }) => shape.length === 1 && shape[0] === source.shape[0]);
    if (!isOne || cache_keys.shape.length !== 4 || cache_values.shape.join() !== cache_keys.shape.join()) {
      throw shapeError("cache_copy", inputs, "source, target_slot and length [N], and caches [S, P, K, D]");
    }
    return { cache_keys: { inPlaceOf: cache_keys }, cache_values: { inPlaceOf: cache_values } };
  },
  forward: ({ inputs: { source, target_slot, length }, outputs, attributes: { positions } }) => {
    const rows = source.shape[0]!;
    const numbers = outputs.cache_keys.size(2) * outputs.cache_keys.size(3);
    const VEC4 = numbers % 4 === 0;
    const words = VEC4 ? numbers / 4 : numbers;
    return [
      {
        kernel: "attention/cache_copy",
        variant: { conditions: { VEC4 } },
        bindings: { source, target_slot, length, ...outputs },
        parameters: { rows, positions, words, cache_positions: outputs.cache_keys.size(1) },
        workgroups: ceilDivide(product(rows, positions, words), 64),
      },
    ];
  },
});

/** What is copied: for each row of N the first `length` positions of slot `source` to slot `target`. */
export interface CopiedSlots {
  readonly source: Tensor;
  readonly target: Tensor;
  readonly length: Tensor;
  /** The longest length, or more. */
  readonly positions: Scalar;
}

/** Copies keys and values from slots of a cache to others. No slot may be both a source and a target. */
export function cacheCopy(
  cache: { readonly keys: Tensor; readonly values: Tensor },
  { source, target, length, positions }: CopiedSlots,
): void {
  cacheCopyOp({ source, target_slot: target, length, cache_keys: cache.keys, cache_values: cache.values }, { positions });
}
