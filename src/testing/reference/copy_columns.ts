import type { ColumnWindow } from "../../ops/copy_columns.ts";
import type { HostValues } from "../check_op.ts";

/** y[n, to + i] = x[n, from + i]; other columns keep `onto`, or are zero. */
export function copyColumnsReference({ x, onto }: HostValues, { from, to, count, width }: ColumnWindow): { y: Float64Array } {
  const [rows = 0, columns = 0] = x!.shape;
  const y = onto ? Float64Array.from(onto.data) : new Float64Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < count; i += 1) y[row * width + to + i] = x!.data[row * columns + from + i]!;
  }
  return { y };
}
