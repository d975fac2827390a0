import { ceilDivide, product } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
import { describePacked, headElements, isPacked } from "./heads.js";
/** Writes the keys and values of qkv [N, (H + 2K) D] to the caches [S, P, K, D], in place. */
export const cacheWriteOp = defineOp({
    name: "cache_write",
    shape: (inputs, { layout }) => {
        const { qkv, cache_keys, cache_values } = inputs;
        if (!isPacked(qkv, layout) || cache_keys.shape.length !== 4 || cache_values.shape.length !== 4) {
            throw shapeError("cache_write", inputs, `${describePacked(layout)}; caches [S, P, ${layout.keyValueHeads}, ${layout.headDim}]`);
        }
        return { cache_keys: { inPlaceOf: cache_keys }, cache_values: { inPlaceOf: cache_values } };
    },
    forward: ({ inputs: { qkv, sequence, positions }, outputs, attributes: { layout } }) => {
        const { heads, keyValueHeads, headDim } = layout;
        const rows = qkv.shape[0];
        const { width } = headElements(headDim);
        const query_elements = (heads * headDim) / width;
        const key_elements = (keyValueHeads * headDim) / width;
        return [
            {
                kernel: "attention/cache_write",
                variant: { conditions: { VEC4: width === 4 } },
                bindings: { qkv, sequence, positions, ...outputs },
                parameters: { rows, query_elements, key_elements, cache_positions: outputs.cache_keys.size(1) },
                workgroups: ceilDivide(product(rows, key_elements), 64),
            },
        ];
    },
});
/**
 * Keeps keys and values for later tokens: cacheKeys[sequence[n], positions[n]] becomes the key heads of row n, cacheValues its value heads.
 * qkv: [N, (H + 2K) D]; caches: [S, P, K, D], written in place; sequence, positions: [N] u32. Returns the caches as written.
 */
export function cacheWrite(qkv, cacheKeys, cacheValues, sequence, positions, layout) {
    const written = cacheWriteOp({ qkv, sequence, positions, cache_keys: cacheKeys, cache_values: cacheValues }, { layout });
    return { cacheKeys: written.cache_keys, cacheValues: written.cache_values };
}
