import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValues } from "../check_op.ts";

/** The first numbers of query and key heads, as many as the table has, as complex numbers x1 + i x2, turned by the angle of their row's position, in double precision. */
export function ropeReference({ x, positions, table }: HostValues, { heads, keyValueHeads, headDim }: HeadLayout): { y: Float64Array } {
  const y = x!.data.slice();
  const rotary = table!.shape[1]!;
  const half = rotary / 2;
  const all = heads + 2 * keyValueHeads;
  for (let row = 0; row < x!.shape[0]!; row += 1) {
    for (let head = 0; head < heads + keyValueHeads; head += 1) {
      for (let d = 0; d < half; d += 1) {
        const angle = positions!.data[row]! * rotary + d;
        const cosine = table!.data[angle]!;
        const sine = table!.data[angle + half]!;
        const at = (row * all + head) * headDim + d;
        const [x1, x2] = [x!.data[at]!, x!.data[at + half]!];
        y[at] = x1 * cosine - x2 * sine;
        y[at + half] = x2 * cosine + x1 * sine;
      }
    }
  }
  return { y };
}
