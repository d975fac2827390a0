import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValues } from "../check_op.ts";

/** RMS norm of every query and key head, value heads copied, in double precision. */
export function qkNormReference(
  { x, query_weight, key_weight }: HostValues,
  eps: number,
  { heads, keyValueHeads, headDim }: HeadLayout,
  weightOffset = 0,
): { y: Float64Array; inverse_rms: Float64Array } {
  const y = x!.data.slice();
  const rows = x!.shape[0]!;
  const normed = heads + keyValueHeads;
  const inverse_rms = new Float64Array(rows * normed);
  for (let row = 0; row < rows; row += 1) {
    for (let head = 0; head < normed; head += 1) {
      const begin = (row * (normed + keyValueHeads) + head) * headDim;
      let squares = 0;
      for (let d = begin; d < begin + headDim; d += 1) squares += x!.data[d]! ** 2;
      const inverse = 1 / Math.sqrt(squares / headDim + eps);
      const weight = (head < heads ? query_weight : key_weight)!.data;
      for (let d = 0; d < headDim; d += 1) y[begin + d] = x!.data[begin + d]! * inverse * (weightOffset + weight[d]!);
      inverse_rms[row * normed + head] = inverse;
    }
  }
  return { y, inverse_rms };
}
