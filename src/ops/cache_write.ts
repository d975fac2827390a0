import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { cacheConditions, isCache } from "./cache_storage.ts";
import type { CachedRows } from "./decode_attention.ts";
import { defineOp, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, headElements, isPacked } from "./heads.ts";

type In = { qkv: Tensor; origin: Tensor; positions: Tensor; cache_keys: Tensor; cache_values: Tensor };

/** Writes the keys and values of qkv [N, (H + 2K) D] to the caches [T, K, D] (in 16 bits [T, K, D / 2] u32), in place. */
export const cacheWriteOp = defineOp<In, "cache_keys" | "cache_values", { readonly layout: HeadLayout }>({
  name: "cache_write",
  shape: (inputs, { layout }) => {
    const { qkv, cache_keys, cache_values } = inputs;
    if (!isPacked(qkv, layout) || !isCache(cache_keys, layout) || !isCache(cache_values, layout)) {
      throw shapeError("cache_write", inputs, `${describePacked(layout)}; caches [T, ${layout.keyValueHeads}, ${layout.headDim}]`);
    }
    return { cache_keys: { inPlaceOf: cache_keys }, cache_values: { inPlaceOf: cache_values } };
  },
  forward: ({ inputs: { qkv, origin, positions }, outputs, attributes: { layout } }) => {
    const { heads, keyValueHeads, headDim } = layout;
    const rows = qkv.shape[0]!;
    const { width } = headElements(headDim);
    const query_elements = (heads * headDim) / width;
    const key_elements = (keyValueHeads * headDim) / width;
    return [
      {
        kernel: "attention/cache_write",
        variant: { conditions: { VEC4: width === 4, ...cacheConditions(outputs.cache_keys) } },
        bindings: { qkv, origin, positions, ...outputs },
        partly: ["cache_keys", "cache_values"],
        parameters: { rows, query_elements, key_elements },
        workgroups: ceilDivide(product(rows, key_elements), 64),
      },
    ];
  },
});

/**
 * Keeps keys and values for later tokens: place origin[n] + positions[n] of cacheKeys gets the key heads of row n, of cacheValues its value heads.
 * qkv: [N, (H + 2K) D]. Returns the caches as written.
 */
export function cacheWrite(qkv: Tensor, rows: CachedRows, layout: HeadLayout): Pick<CachedRows, "cacheKeys" | "cacheValues"> {
  const { origin, positions, cacheKeys, cacheValues } = rows;
  const written = cacheWriteOp({ qkv, origin, positions, cache_keys: cacheKeys, cache_values: cacheValues }, { layout });
  return { cacheKeys: written.cache_keys, cacheValues: written.cache_values };
}
