/** y = (x - mean) / sqrt(variance + eps) * weight + bias, in double precision. */
export function layerNormReference({ x, weight, bias }, eps) {
    const [rows, columns] = x.shape;
    const y = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
        const values = x.data.subarray(row * columns, (row + 1) * columns);
        const mean = values.reduce((sum, value) => sum + value, 0) / columns;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
        values.forEach((value, column) => {
            y[row * columns + column] = ((value - mean) / Math.sqrt(variance + eps)) * weight.data[column] + bias.data[column];
        });
    }
    return { y };
}
