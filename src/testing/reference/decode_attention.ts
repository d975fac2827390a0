import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValues } from "../check_op.ts";
import { attend, headOf } from "./causal_attention.ts";
import { numbersOf } from "./half.ts";

/** Attention of row n over the positions 0 .. position(n) of its sequence, the first of them those of its prompt, in double precision. */
export function decodeAttentionReference(
  { qkv, origin, positions, prompt, ...caches }: HostValues,
  layout: HeadLayout,
): { out: Float64Array } {
  const { heads, keyValueHeads, headDim } = layout;
  const rows = qkv!.shape[0]!;
  const [cache_keys, cache_values] = [numbersOf(caches.cache_keys!), numbersOf(caches.cache_values!)];
  const out = new Float64Array(rows * heads * headDim);
  const cached = (cache: Float64Array, row: number, position: number, head: number): Float64Array => {
    const [first, length] = prompt!.data.subarray(2 * row, 2 * row + 2);
    const place = position < length! ? first! + position : (origin!.data[row]! + position) % 2 ** 32;
    const begin = (place * keyValueHeads + head) * headDim;
    return cache.subarray(begin, begin + headDim);
  };
  for (let row = 0; row < rows; row += 1) {
    for (let head = 0; head < heads; head += 1) {
      const shared = Math.floor(head / (heads / keyValueHeads));
      const length = positions!.data[row]! + 1;
      const keys = Array.from({ length }, (_, j) => cached(cache_keys, row, j, shared));
      const values = Array.from({ length }, (_, j) => cached(cache_values, row, j, shared));
      out.set(attend(headOf(qkv!, layout, row, head), keys, values).out, (row * heads + head) * headDim);
    }
  }
  return { out };
}
