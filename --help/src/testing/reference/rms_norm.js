/** y = x / sqrt(mean(x^2) + eps) * weight, in double precision. */
export function rmsNormReference({ x, weight }, eps) {
    const [rows, columns] = x.shape;
    const y = new Float64Array(rows * columns);
    const inverse_rms = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) {
        const values = x.data.subarray(row * columns, (row + 1) * columns);
        const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / columns;
        inverse_rms[row] = 1 / Math.sqrt(meanSquare + eps);
        values.forEach((value, column) => {
            y[row * columns + column] = value * inverse_rms[row] * weight.data[column];
        });
    }
    return { y, inverse_rms };
}
