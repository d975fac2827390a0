/** RMS norm of every query and key head, value heads copied, in double precision. */
export function qkNormReference({ x, query_weight, key_weight }, eps, { heads, keyValueHeads, headDim }) {
    const y = x.data.slice();
    const rows = x.shape[0];
    const normed = heads + keyValueHeads;
    const inverse_rms = new Float64Array(rows * normed);
    for (let row = 0; row < rows; row += 1) {
        for (let head = 0; head < normed; head += 1) {
            const begin = (row * (normed + keyValueHeads) + head) * headDim;
            const values = x.data.subarray(begin, begin + headDim);
            const inverse = 1 / Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / headDim + eps);
            const weight = (head < heads ? query_weight : key_weight).data;
            values.forEach((value, d) => {
                y[begin + d] = value * inverse * weight[d];
            });
            inverse_rms[row * normed + head] = inverse;
        }
    }
    return { y, inverse_rms };
}
