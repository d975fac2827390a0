import type { HostValues } from "../check_op.ts";

/** y = max(x, 0)^2. */
export function reluSquaredReference({ x }: HostValues): { y: Float64Array } {
  return { y: x!.data.map((value) => Math.max(value, 0) ** 2) };
}
