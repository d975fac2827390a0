import type { HeadLayout } from "../../src/ops/heads.ts";
import type { HostValues } from "../../src/testing/check_op.ts";

/** Every query and key head divided by its root mean square and weighted; values copied; in double precision. */
export function qkNormReference({ x, query_weight, key_weight }: HostValues, layout: HeadLayout, eps: number): { y: Float64Array } {
  const [rows, width] = x!.shape as [number, number];
  const { heads, keyValueHeads, headDim } = layout;
  const y = Float64Array.from(x!.data);
  for (let row = 0; row < rows; row += 1) {
    for (let head = 0; head < heads + keyValueHeads; head += 1) {
      const at = row * width + head * headDim;
      const values = x!.data.subarray(at, at + headDim);
      const inverse = 1 / Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / headDim + eps);
      const weight = head < heads ? query_weight! : key_weight!;
      values.forEach((value, d) => {
        y[at + d] = value * inverse * weight.data[d]!;
      });
    }
  }
  return { y };
}
