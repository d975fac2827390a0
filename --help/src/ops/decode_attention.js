import { product } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
import { describePacked, headElements, isPacked } from "./heads.js";
/** qkv [S, (H + 2K) D], positions [S] u32, cache_keys and cache_values [S, P, K, D] -> out [S, H D]. */
export const decodeAttentionOp = defineOp({
    name: "decode_attention",
    shape: (inputs, { layout }) => {
        if (!isPacked(inputs.qkv, layout) || inputs.cache_keys.shape.length !== 4 || inputs.cache_values.shape.length !== 4) {
            throw shapeError("decode_attention", inputs, `${describePacked(layout)}; caches [S, P, ${layout.keyValueHeads}, ${layout.headDim}]`);
        }
        return { out: { shape: [inputs.qkv.shape[0], layout.heads * layout.headDim] } };
    },
    forward: ({ inputs, outputs, attributes: { layout, split } }, { lanes, software }) => {
        const { heads, keyValueHeads, headDim } = layout;
        const rows = inputs.qkv.shape[0];
        const { variant, width } = headElements(headDim);
        const isByKeys = (split ?? (software ? "elements" : "keys")) === "keys";
        return [
            {
                kernel: isByKeys ? "attention/decode_keys" : "attention/decode",
                variant,
                bindings: { ...inputs, ...outputs },
                parameters: {
                    rows,
                    heads,
                    key_value_heads: keyValueHeads,
                    cache_positions: inputs.cache_keys.size(1),
                    scale: 1 / Math.sqrt(headDim),
                },
                workgroups: product(rows, isByKeys ? heads : tilesOf(heads, headDim / width, lanes)),
            },
        ];
    },
});
/** Workgroups for a row of the kernel that splits elements: several heads share a workgroup where one head leaves lanes over. */
function tilesOf(heads, elements, lanes) {
    const headLanes = Math.min(lanes, 2 ** Math.ceil(Math.log2(elements)));
    return Math.ceil(heads / (lanes / headLanes));
}
/**
 * Attention of one new row per sequence over its cache slot, where cacheWrite has put the row's own key and value before.
 * qkv: [S, (H + 2K) D], row s of cache slot s; positions: [S] u32, the index p of the new token, which attends to 0 .. p -> [S, H D]
 */
export function decodeAttention(qkv, cacheKeys, cacheValues, positions, layout, split) {
    return decodeAttentionOp({ qkv, positions, cache_keys: cacheKeys, cache_values: cacheValues }, { layout, split }).out;
}
