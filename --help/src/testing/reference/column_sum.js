/** y[c] = sum over n of x[n, c]. */
export function columnSumReference({ x }) {
    const [rows, columns] = x.shape;
    const y = new Float64Array(columns);
    for (let i = 0; i < rows * columns; i += 1)
        y[i % columns] += x.data[i];
    return { y };
}
