import type { HostValues } from "../check_op.ts";

/** y = x + accumulate * y. */
export function addOntoReference({ x, y }: HostValues, accumulate: number): { y: Float64Array } {
  return { y: x!.data.map((value, i) => value + (accumulate === 1 ? y!.data[i]! : 0)) };
}
