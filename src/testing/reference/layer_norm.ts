import type { HostValues } from "../check_op.ts";

/** y = (x - mean) / sqrt(variance + eps) * weight + bias, in double precision. */
export function layerNormReference({ x, weight, bias }: HostValues, eps: number): { y: Float64Array } {
  const [rows, columns] = x!.shape as [number, number];
  const y = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const values = x!.data.subarray(row * columns, (row + 1) * columns);
    let [sum, squares] = [0, 0];
    for (const value of values) sum += value;
    const mean = sum / columns;
    for (const value of values) squares += (value - mean) ** 2;
    const inverse = 1 / Math.sqrt(squares / columns + eps);
    for (let column = 0; column < columns; column += 1) {
      y[row * columns + column] = (values[column]! - mean) * inverse * weight!.data[column]! + bias!.data[column]!;
    }
  }
  return { y };
}
