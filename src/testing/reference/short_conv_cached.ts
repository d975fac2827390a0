import type { HostValues } from "../check_op.ts";
import { numbersOf, packHalves } from "./half.ts";
import { gatesOf, shortConvReference } from "./short_conv.ts";

/**
 * short_conv and the cache [T, 1, C] after B x of each row went to the place origin(n) + positions(n), mod 2^32. Where there are prompts, each
 * row is the newest of its sequence, and those before it are the cache's: the first of them at the places of its prompt.
 */
export function shortConvCachedReference(inputs: HostValues): { y: Float64Array; cache: Float64Array } {
  const { origin, positions, prompt, cache } = inputs;
  const { channels, taps, bias, weight, product, gate } = gatesOf(inputs);
  const before = numbersOf(cache!);
  const after = before.slice();
  const y = prompt ? new Float64Array(positions!.data.length * channels) : shortConvReference(inputs).y;
  for (const [row, position] of positions!.data.entries()) {
    const placeOf = (at: number): number => {
      const [first, length] = prompt?.data.subarray(2 * row, 2 * row + 2) ?? [0, 0];
      return at < length! ? first! + at : (origin!.data[row]! + at) % 2 ** 32;
    };
    for (let channel = 0; channel < channels; channel += 1) {
      after[placeOf(position) * channels + channel] = product(row, channel);
      if (!prompt) continue;
      let sum = bias(channel) + weight(channel, 0) * product(row, channel);
      for (let back = 1; back < taps && back <= position; back += 1) {
        sum += weight(channel, back) * before[placeOf(position - back) * channels + channel]!;
      }
      y[row * channels + channel] = gate(row, channel) * sum;
    }
  }
  return { y, cache: cache!.dtype === "u32" ? packHalves(after) : after };
}
