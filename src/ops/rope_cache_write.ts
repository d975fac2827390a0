import type { Tensor } from "../graph/tensor.ts";
import { cacheConditions, isCache } from "./cache_storage.ts";
import { defineOp, type Op, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, isPacked, isRotary, rotationOf, rotationWidth } from "./heads.ts";

type In = { x: Tensor; positions: Tensor; table: Tensor; origin: Tensor; cache_keys: Tensor; cache_values: Tensor };
type Attributes = { readonly layout: HeadLayout };

/**
 * rope with the cache_write that reads its result: x [N, (H + 2K) D], positions and origin [N] u32, table [P, R], caches [T, K, D]
 * -> y [N, (H + 2K) D] and the caches, in place. Plans put it in the place of both (graph/fuse).
 */
export const ropeCacheWriteOp: Op<In, "y" | "cache_keys" | "cache_values", Attributes> = defineOp({
  name: "rope_cache_write",
  shape: (inputs: In, { layout }: Attributes) => {
    const { x, table, cache_keys, cache_values } = inputs;
    const fits = [cache_keys, cache_values].every((cache) => canRotateInto(cache, layout, table.size(-1)));
    if (!isPacked(x, layout) || !fits) {
      const caches = `caches [T, ${layout.keyValueHeads}, ${layout.headDim}], in 16 bits only where half of D and of R is a multiple of 4`;
      throw shapeError("rope_cache_write", inputs, `${describePacked(layout)}, an even number; table [P, R], R even; ${caches}`);
    }
    return { y: { shape: x.shape }, cache_keys: { inPlaceOf: cache_keys }, cache_values: { inPlaceOf: cache_values } };
  },
  forward: ({ inputs: { x, positions, table, origin }, outputs, attributes: { layout } }, device) => {
    const rows = x.shape[0]!;
    const { heads, keyValueHeads } = layout;
    const { variant, heads_together, workgroups } = rotationOf(device, layout, table.size(-1), rows);
    return [
      {
        kernel: "attention/rope_cache_write",
        variant: { ...variant, conditions: { ...variant.conditions, ...cacheConditions(outputs.cache_keys) } },
        bindings: { x, positions, table, origin, ...outputs },
        partly: ["cache_keys", "cache_values"],
        parameters: { rows, heads, key_value_heads: keyValueHeads, heads_together },
        workgroups,
      },
    ];
  },
});

/** Whether one kernel can rotate `rotary` numbers of heads and write them to a cache. A cache of 16 bits takes four numbers at a time. */
export function canRotateInto(cache: Tensor, layout: HeadLayout, rotary: number): boolean {
  return isRotary(rotary, layout) && isCache(cache, layout) && (cache.dtype === "f32" || rotationWidth(layout.headDim, rotary) === 4);
}
