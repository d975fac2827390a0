import type { HostValues } from "../check_op.ts";

/** log softmax of one row. */
export function logSoftmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const top = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const logTotal = Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return values.map((value) => value - top - logTotal);
}

/** logp, entropy, log-sum-exp and entropy effect of softmax(logits * inverseTemperature), straight from their definitions. */
export function rowStatistics(logits: ArrayLike<number>, action: number, inverseTemperature: number): [number, number, number, number] {
  const z = Array.from(logits, (value) => value * inverseTemperature);
  const logp = logSoftmax(z);
  const entropy = -logp.reduce((sum, value) => sum + Math.exp(value) * value, 0);
  const pull = logp.map((value) => Math.exp(value) * (value + entropy));
  const mean = pull.reduce((sum, value, b) => sum + Math.exp(logp[b]!) * value, 0);
  return [logp[action]!, entropy, z[0]! - logp[0]!, pull[action]! - mean];
}

/** statistics [N, 4] of logits [N, V] and actions [N]. */
export function tokenStatisticsReference({ logits, actions }: HostValues, inverseTemperature: number): { statistics: Float64Array } {
  const vocabulary = logits!.shape[1]!;
  const rows = Array.from(actions!.data, (action, row) =>
    rowStatistics(logits!.data.subarray(row * vocabulary, (row + 1) * vocabulary), action, inverseTemperature),
  );
  return { statistics: Float64Array.from(rows.flat()) };
}
