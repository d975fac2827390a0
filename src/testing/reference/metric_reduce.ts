import type { HostValues } from "../check_op.ts";

/** The numbers of METRIC_FIELDS over the rows whose mask is set. */
export function metricReduceReference({ token_metrics, token_inputs }: HostValues): { metrics: Float64Array } {
  const rows = Array.from({ length: token_metrics!.shape[0]! }, (_, row) => row).filter((row) => token_inputs!.data[row * 6 + 4]! > 0);
  if (rows.length === 0) return { metrics: new Float64Array(13) };
  const column = (index: number): number[] => rows.map((row) => token_metrics!.data[row * 8 + index]!);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const mean = (index: number): number => sum(column(index)) / rows.length;
  const ratio = column(2);
  const clipped = mean(3) + mean(4);
  const gated = sum(column(5).map(Math.abs)) / rows.length;
  const ratios = [Math.min(...ratio), mean(2), Math.max(...ratio)];
  const differences = [mean(6), Math.max(...column(6))];
  return {
    metrics: Float64Array.of(sum(column(0)), rows.length, mean(7), mean(1), mean(3), mean(4), clipped, gated, ...ratios, ...differences),
  };
}
