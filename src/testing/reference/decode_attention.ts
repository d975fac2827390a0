import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValues } from "../check_op.ts";
import { attend, headOf } from "./causal_attention.ts";
import { numbersOf } from "./half.ts";

/** Attention of row n over positions 0 .. position(n) of cache slot sequence(n), in double precision. */
export function decodeAttentionReference({ qkv, sequence, positions, ...caches }: HostValues, layout: HeadLayout): { out: Float64Array } {
  const { heads, keyValueHeads, headDim } = layout;
  const rows = qkv!.shape[0]!;
  const [cache_keys, cache_values] = [numbersOf(caches.cache_keys!), numbersOf(caches.cache_values!)];
  const slots = caches.cache_keys!.shape[1]!;
  const out = new Float64Array(rows * heads * headDim);
  const cached = (cache: Float64Array, row: number, position: number, head: number): Float64Array => {
    const begin = ((sequence!.data[row]! * slots + position) * keyValueHeads + head) * headDim;
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
