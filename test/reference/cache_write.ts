import type { HeadLayout } from "../../src/ops/heads.ts";
import type { HostValues } from "../../src/testing/check_op.ts";

/** The caches [S, P, K, D] after every row's keys and values were written at its sequence and position. */
export function cacheWriteReference(inputs: HostValues, layout: HeadLayout): { cache_keys: Float64Array; cache_values: Float64Array } {
  const { qkv, sequence, positions } = inputs;
  const [rows, width] = qkv!.shape as [number, number];
  const capacity = inputs.cache_keys!.shape[1]!;
  const keyWidth = layout.keyValueHeads * layout.headDim;
  const cache_keys = Float64Array.from(inputs.cache_keys!.data);
  const cache_values = Float64Array.from(inputs.cache_values!.data);
  for (let row = 0; row < rows; row += 1) {
    const keys = row * width + layout.heads * layout.headDim;
    const at = (sequence!.data[row]! * capacity + positions!.data[row]!) * keyWidth;
    cache_keys.set(qkv!.data.subarray(keys, keys + keyWidth), at);
    cache_values.set(qkv!.data.subarray(keys + keyWidth, keys + 2 * keyWidth), at);
  }
  return { cache_keys, cache_values };
}
