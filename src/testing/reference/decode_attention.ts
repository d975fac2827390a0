import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValues } from "../check_op.ts";
import { attend, headOf } from "./causal_attention.ts";
import { numbersOf } from "./half.ts";

/**
 * Attention of row n over the positions 0 .. position(n) of its sequence, the first of them those of its prompt, or over the last `window` of
 * them, in double precision.
 */
export function decodeAttentionReference(
  { qkv, origin, positions, prompt, ...caches }: HostValues,
  layout: HeadLayout,
  window = Number.POSITIVE_INFINITY,
): { out: Float64Array } {
  const { heads, keyValueHeads, headDim } = layout;
  const rows = qkv!.shape[0]!;
  const [cache_keys, cache_values] = [numbersOf(caches.cache_keys!), numbersOf(caches.cache_values!)];
  const out = new Float64Array(rows * heads * headDim);
  const width = keyValueHeads * headDim;
  const placeOf = (row: number, position: number): number => {
    const [first, length] = prompt!.data.subarray(2 * row, 2 * row + 2);
    return position < length! ? first! + position : (origin!.data[row]! + position) % 2 ** 32;
  };
  for (let row = 0; row < rows; row += 1) {
    const all = Array.from({ length: positions!.data[row]! + 1 }, (_, j) => placeOf(row, j));
    const places = all.slice(Math.max(0, all.length - window));
    for (let head = 0; head < heads; head += 1) {
      const first = Math.floor(head / (heads / keyValueHeads)) * headDim;
      const [keys, values] = [cache_keys, cache_values].map((data) => ({ data: data!, width, first }));
      const written = out.subarray((row * heads + head) * headDim, (row * heads + head + 1) * headDim);
      attend(headOf(qkv!, layout, row, head), places, keys!, values!, written, layout);
    }
  }
  return { out };
}
