import type { HostValues } from "../check_op.ts";

/** The caches [S, P, K, D] after the first length(n) positions of slot source(n) went to slot target(n). */
export function cacheCopyReference({ source, target_slot, length, cache_keys, cache_values }: HostValues): {
  cache_keys: Float64Array;
  cache_values: Float64Array;
} {
  const { shape } = cache_keys!;
  const width = shape[2]! * shape[3]!;
  const slot = shape[1]! * width;
  const [keys, values] = [cache_keys!, cache_values!].map(({ data }) => Float64Array.from(data));
  source!.data.forEach((from, row) => {
    const count = length!.data[row]! * width;
    const to = target_slot!.data[row]! * slot;
    for (const cache of [keys!, values!]) cache.copyWithin(to, from * slot, from * slot + count);
  });
  return { cache_keys: keys!, cache_values: values! };
}
