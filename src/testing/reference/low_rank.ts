import type { AdaptedPart } from "../../ops/low_rank.ts";
import type { HostValues } from "../check_op.ts";

/** y[:, part p] += scale_p h_p b_p^T, in double precision. */
export function lowRankReference({ y, h, b }: HostValues, parts: readonly AdaptedPart[]): { y: Float64Array } {
  const [rows, stride] = y!.shape as [number, number];
  const [width, rank] = [h!.shape[1]!, b!.shape[1]!];
  const sum = Float64Array.from(y!.data);
  let row = 0;
  for (const [part, { column, columns, scale }] of parts.entries()) {
    for (let n = 0; n < rows; n += 1) {
      for (let j = 0; j < columns; j += 1) {
        let dot = 0;
        for (let k = 0; k < rank; k += 1) dot += h!.data[n * width + part * rank + k]! * b!.data[(row + j) * rank + k]!;
        sum[n * stride + column + j]! += scale * dot;
      }
    }
    row += columns;
  }
  return { y: sum };
}
