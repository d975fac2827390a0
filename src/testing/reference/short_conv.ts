import type { HostValues } from "../check_op.ts";

/** What rows of bcx hold, as numbers of a channel. */
export function gatesOf({ bcx, weight, bias }: HostValues) {
  const [channels, , taps] = weight!.shape as [number, number, number];
  const number = (part: number, row: number, channel: number): number => bcx!.data[(row * 3 + part) * channels + channel]!;
  return {
    channels,
    taps,
    bias: (channel: number): number => bias?.data[channel] ?? 0,
    /** The weight for the row that lies `back` rows before. */
    weight: (channel: number, back: number): number => weight!.data[channel * taps + taps - 1 - back]!,
    product: (row: number, channel: number): number => number(0, row, channel) * number(2, row, channel),
    gate: (row: number, channel: number): number => number(1, row, channel),
  };
}

/** y[n, c] = C[n, c] (bias[c] + sum over j of weight[c, L - 1 - j] (B x)[n - j, c]) over the rows n - j of the same sequence. */
export function shortConvReference(inputs: HostValues): { y: Float64Array } {
  const { channels, taps, bias, weight, product, gate } = gatesOf(inputs);
  const rows = inputs.positions!.data;
  const y = new Float64Array(rows.length * channels);
  for (const [row, position] of rows.entries()) {
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = bias(channel);
      for (let back = 0; back < taps && back <= position; back += 1) sum += weight(channel, back) * product(row - back, channel);
      y[row * channels + channel] = gate(row, channel) * sum;
    }
  }
  return { y };
}
