import type { HostValues } from "../check_op.ts";

/** y = x / sqrt(mean(x^2) + eps) * (weightOffset + weight), in double precision. */
export function rmsNormReference({ x, weight }: HostValues, eps: number, weightOffset = 0): { y: Float64Array; inverse_rms: Float64Array } {
  const [rows, columns] = x!.shape as [number, number];
  const y = new Float64Array(rows * columns);
  const inverse_rms = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const begin = row * columns;
    let squares = 0;
    for (let i = begin; i < begin + columns; i += 1) squares += x!.data[i]! ** 2;
    const inverse = 1 / Math.sqrt(squares / columns + eps);
    for (let column = 0; column < columns; column += 1) {
      y[begin + column] = x!.data[begin + column]! * inverse * (weightOffset + weight!.data[column]!);
    }
    inverse_rms[row] = inverse;
  }
  return { y, inverse_rms };
}
