import type { HostValues } from "../check_op.ts";

/** Of each row of a sequence, the mean over its response tokens of logp - old_logp, clamped at 20 on either side. */
export function sequenceRatioReference({ statistics, token_inputs, sequence_begin }: HostValues): { mean_difference: Float64Array } {
  const result = new Float64Array(statistics!.shape[0]!);
  const begins = sequence_begin!.data;
  for (let s = 0; s + 1 < begins.length; s += 1) {
    let sum = 0;
    let count = 0;
    for (let row = begins[s]!; row < begins[s + 1]!; row += 1) {
      if (!(token_inputs!.data[row * 6 + 4]! > 0)) continue;
      sum += Math.min(20, Math.max(-20, statistics!.data[row * 4]! - token_inputs!.data[row * 6]!));
      count += 1;
    }
    result.fill(sum / Math.max(1, count), begins[s]!, begins[s + 1]!);
  }
  return { mean_difference: result };
}
