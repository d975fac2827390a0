/** The caches [S, P, K, D] after the key and value heads of each row went to [sequence(n), positions(n)]. */
export function cacheWriteReference({ qkv, cache_keys, cache_values, sequence, positions }, { heads, keyValueHeads, headDim }) {
    const keys = cache_keys.data.slice();
    const values = cache_values.data.slice();
    const width = keyValueHeads * headDim;
    const columns = (heads + 2 * keyValueHeads) * headDim;
    sequence.data.forEach((slot, row) => {
        const begin = row * columns + heads * headDim;
        const at = (slot * cache_keys.shape[1] + positions.data[row]) * width;
        keys.set(qkv.data.subarray(begin, begin + width), at);
        values.set(qkv.data.subarray(begin + width, begin + 2 * width), at);
    });
    return { cache_keys: keys, cache_values: values };
}
