/** Softmax attention of packed rows over the rows from sequence_start to themselves, in double precision. */
export function causalAttentionReference({ qkv, sequence_start }, layout) {
    const { heads, keyValueHeads, headDim } = layout;
    const rows = qkv.shape[0];
    const out = new Float64Array(rows * heads * headDim);
    const log_sum_exp = new Float64Array(rows * heads);
    for (let row = 0; row < rows; row += 1) {
        for (let head = 0; head < heads; head += 1) {
            const shared = heads + Math.floor(head / (heads / keyValueHeads));
            const from = sequence_start.data[row];
            const keys = Array.from({ length: row - from + 1 }, (_, j) => headOf(qkv, layout, from + j, shared));
            const values = keys.map((_, j) => headOf(qkv, layout, from + j, shared + keyValueHeads));
            const attended = attend(headOf(qkv, layout, row, head), keys, values);
            out.set(attended.out, (row * heads + head) * headDim);
            log_sum_exp[row * heads + head] = attended.logSumExp;
        }
    }
    return { out, log_sum_exp };
}
/** The vector of one head of packed qkv: query heads first, then keys, then values. */
export function headOf(qkv, { heads, keyValueHeads, headDim }, row, head) {
    const begin = (row * (heads + 2 * keyValueHeads) + head) * headDim;
    return qkv.data.subarray(begin, begin + headDim);
}
/** One query's softmax attention. */
export function attend(query, keys, values) {
    const scores = keys.map((key) => key.reduce((sum, k, d) => sum + k * query[d], 0) / Math.sqrt(query.length));
    const largest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - largest));
    const total = weights.reduce((a, b) => a + b, 0);
    const out = Float64Array.from(query, (_, d) => values.reduce((sum, value, j) => sum + weights[j] * value[d], 0) / total);
    return { out, logSumExp: largest + Math.log(total) };
}
