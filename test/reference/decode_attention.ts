import type { HeadLayout } from "../../src/ops/heads.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { causalAttentionReference } from "./causal_attention.ts";

/** The last row of causal attention over the cached positions 0 .. position(s) of every sequence, in double precision. */
export function decodeAttentionReference(inputs: HostValues, layout: HeadLayout): { out: Float64Array } {
  const { qkv, cache_keys, cache_values, positions } = inputs;
  const [sequences, width] = qkv!.shape as [number, number];
  const [, capacity] = cache_keys!.shape as [number, number];
  const { heads, keyValueHeads, headDim } = layout;
  const keyWidth = keyValueHeads * headDim;
  const out: number[] = [];
  for (let s = 0; s < sequences; s += 1) {
    const rows = positions!.data[s]! + 1;
    const packed = new Float64Array(rows * width);
    for (let row = 0; row < rows; row += 1) {
      packed.set(qkv!.data.subarray(s * width, s * width + heads * headDim), row * width);
      const at = (s * capacity + row) * keyWidth;
      packed.set(cache_keys!.data.subarray(at, at + keyWidth), row * width + heads * headDim);
      packed.set(cache_values!.data.subarray(at, at + keyWidth), row * width + heads * headDim + keyWidth);
    }
    const whole = { qkv: { shape: [rows, width], data: packed }, sequence_start: { shape: [rows], data: new Float64Array(rows) } };
    out.push(...causalAttentionReference(whole, layout).out.slice((rows - 1) * heads * headDim));
  }
  return { out: Float64Array.from(out) };
}
