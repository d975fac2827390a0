import type { HostValues } from "../check_op.ts";

/** y = factor * x. */
export function scaleReference({ x }: HostValues, factor: number): { y: Float64Array } {
  return { y: x!.data.map((value) => factor * value) };
}
