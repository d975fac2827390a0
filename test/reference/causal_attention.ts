import type { HeadLayout } from "../../src/ops/heads.ts";
import type { HostValues } from "../../src/testing/check_op.ts";

/** softmax(q k / sqrt(D)) v of every row over the rows of its sequence up to itself, in double precision. */
export function causalAttentionReference({ qkv, sequence_start }: HostValues, layout: HeadLayout): { out: Float64Array } {
  const [rows, width] = qkv!.shape as [number, number];
  const { heads, keyValueHeads, headDim } = layout;
  const out = new Float64Array(rows * heads * headDim);
  for (let row = 0; row < rows; row += 1) {
    for (let head = 0; head < heads; head += 1) {
      const keyValueHead = Math.floor(head / (heads / keyValueHeads));
      const value = (of: number, column: number, d: number): number => qkv!.data[of * width + column * headDim + d]!;
      const start = sequence_start!.data[row]!;
      const scores = Array.from({ length: row - start + 1 }, (_, j) => {
        let score = 0;
        for (let d = 0; d < headDim; d += 1) score += value(row, head, d) * value(start + j, heads + keyValueHead, d);
        return score / Math.sqrt(headDim);
      });
      const largest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((a, b) => a + b, 0);
      for (let d = 0; d < headDim; d += 1) {
        let sum = 0;
        weights.forEach((weight, j) => {
          sum += (weight / total) * value(start + j, heads + keyValueHeads + keyValueHead, d);
        });
        out[(row * heads + head) * headDim + d] = sum;
      }
    }
  }
  return { out };
}
