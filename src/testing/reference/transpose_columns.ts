import type { ColumnBlocks } from "../../ops/transpose_columns.ts";
import type { HostValues } from "../check_op.ts";

/** y[n, b, a, c] = x[n, a, b, c]. */
export function transposeColumnsReference({ x }: HostValues, { groups, blocks }: ColumnBlocks): { y: Float64Array } {
  const [rows, columns] = x!.shape as [number, number];
  const length = columns / (groups * blocks);
  const y = new Float64Array(rows * columns);
  let to = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let b = 0; b < blocks; b += 1) {
      for (let a = 0; a < groups; a += 1) {
        const from = row * columns + (a * blocks + b) * length;
        y.set(x!.data.subarray(from, from + length), to);
        to += length;
      }
    }
  }
  return { y };
}
