import type { HostValues } from "../check_op.ts";

/** y [M, N] = op(a) op(b) + bias + residual, in double precision; layouts as in src/ops/matmul/problem.ts. */
export function matmulReference({ a, b, bias, residual }: HostValues, layout: "NN" | "NT" | "TN"): { y: Float64Array } {
  const [rows, inner] = layout === "TN" ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!];
  const columns = b!.shape[layout === "NT" ? 0 : 1]!;
  // Finite differences call this ten thousand times, so that the layout is decided outside of its loops.
  const [left, right] = [a!.data, b!.data];
  const [leftRow, leftStep] = layout === "TN" ? [1, rows] : [inner, 1];
  const [rightColumn, rightStep] = layout === "NT" ? [inner, 1] : [1, columns];
  const y = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = (bias?.data[column] ?? 0) + (residual?.data[row * columns + column] ?? 0);
      for (let k = 0, i = row * leftRow, j = column * rightColumn; k < inner; k += 1, i += leftStep, j += rightStep) {
        sum += left[i]! * right[j]!;
      }
      y[row * columns + column] = sum;
    }
  }
  return { y };
}
