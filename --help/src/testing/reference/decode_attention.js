import { attend, headOf } from "./causal_attention.js";
/** Attention of row s over positions 0 .. position(s) of cache slot s, in double precision. */
export function decodeAttentionReference({ qkv, cache_keys, cache_values, positions }, layout) {
    const { heads, keyValueHeads, headDim } = layout;
    const rows = qkv.shape[0];
    const slots = cache_keys.shape[1];
    const out = new Float64Array(rows * heads * headDim);
    const cached = (cache, row, position, head) => {
        const begin = ((row * slots + position) * keyValueHeads + head) * headDim;
        return cache.subarray(begin, begin + headDim);
    };
    for (let row = 0; row < rows; row += 1) {
        for (let head = 0; head < heads; head += 1) {
            const shared = Math.floor(head / (heads / keyValueHeads));
            const length = positions.data[row] + 1;
            const keys = Array.from({ length }, (_, j) => cached(cache_keys.data, row, j, shared));
            const values = Array.from({ length }, (_, j) => cached(cache_values.data, row, j, shared));
            out.set(attend(headOf(qkv, layout, row, head), keys, values).out, (row * heads + head) * headDim);
        }
    }
    return { out };
}
