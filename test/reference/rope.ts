import type { HeadLayout } from "../../src/ops/heads.ts";
import type { HostValues } from "../../src/testing/check_op.ts";

/** (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin) for the pairs of query and key heads, in double precision. */
export function ropeReference({ x, positions, table }: HostValues, layout: HeadLayout): { y: Float64Array } {
  const [rows, width] = x!.shape as [number, number];
  const { heads, keyValueHeads, headDim } = layout;
  const y = Float64Array.from(x!.data);
  const half = headDim / 2;
  for (let row = 0; row < rows; row += 1) {
    for (let head = 0; head < heads + keyValueHeads; head += 1) {
      for (let pair = 0; pair < half; pair += 1) {
        const at = row * width + head * headDim + pair;
        const cosine = table!.data[positions!.data[row]! * headDim + pair]!;
        const sine = table!.data[positions!.data[row]! * headDim + half + pair]!;
        y[at] = x!.data[at]! * cosine - x!.data[at + half]! * sine;
        y[at + half] = x!.data[at + half]! * cosine + x!.data[at]! * sine;
      }
    }
  }
  return { y };
}
