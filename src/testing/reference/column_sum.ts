import type { HostValues } from "../check_op.ts";

/** y[c] = sum over n of x[n, c]. */
export function columnSumReference({ x }: HostValues): { y: Float64Array } {
  const [rows, columns] = x!.shape as [number, number];
  const y = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i += 1) y[i % columns]! += x!.data[i]!;
  return { y };
}
