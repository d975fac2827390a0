import type { HostValues } from "../check_op.ts";

/** y = a + b. */
export function addReference({ a, b }: HostValues): { y: Float64Array } {
  return { y: a!.data.map((value, i) => value + b!.data[i]!) };
}
