/** y [M, N] = op(a) op(b) + bias + residual, in double precision; layouts as in src/ops/matmul/problem.ts. */
export function matmulReference({ a, b, bias, residual }, layout) {
    const [rows, inner] = layout === "TN" ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
    const columns = b.shape[layout === "NT" ? 0 : 1];
    const y = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
            let sum = (bias?.data[column] ?? 0) + (residual?.data[row * columns + column] ?? 0);
            for (let k = 0; k < inner; k += 1) {
                const left = a.data[layout === "TN" ? k * rows + row : row * inner + k];
                sum += left * b.data[layout === "NT" ? column * inner + k : k * columns + column];
            }
            y[row * columns + column] = sum;
        }
    }
    return { y };
}
