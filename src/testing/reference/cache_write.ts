import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValue, HostValues } from "../check_op.ts";
import { numbersOf, packHalves } from "./half.ts";

/** The caches [T, K, D] after the key and value heads of each row went to the place origin(n) + positions(n), mod 2^32. */
export function cacheWriteReference(
  { qkv, cache_keys, cache_values, origin, positions }: HostValues,
  { heads, keyValueHeads, headDim }: HeadLayout,
): { cache_keys: Float64Array; cache_values: Float64Array } {
  const keys = numbersOf(cache_keys!).slice();
  const values = numbersOf(cache_values!).slice();
  const width = keyValueHeads * headDim;
  const columns = (heads + 2 * keyValueHeads) * headDim;
  origin!.data.forEach((first, row) => {
    const begin = row * columns + heads * headDim;
    const at = ((first + positions!.data[row]!) % 2 ** 32) * width;
    keys.set(qkv!.data.subarray(begin, begin + width), at);
    values.set(qkv!.data.subarray(begin + width, begin + 2 * width), at);
  });
  const kept = (cache: HostValue, numbers: Float64Array) => (cache.dtype === "u32" ? packHalves(numbers) : numbers);
  return { cache_keys: kept(cache_keys!, keys), cache_values: kept(cache_values!, values) };
}
