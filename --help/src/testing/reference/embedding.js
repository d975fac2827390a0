/** y[n] = weight[tokens[n]]. */
export function embeddingReference({ tokens, weight }) {
    const columns = weight.shape[1];
    const y = new Float64Array(tokens.data.length * columns);
    tokens.data.forEach((token, row) => {
        y.set(weight.data.subarray(token * columns, (token + 1) * columns), row * columns);
    });
    return { y };
}
