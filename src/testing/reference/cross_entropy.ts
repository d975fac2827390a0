import type { HostValues } from "../check_op.ts";

/** coefficients (-weight, 0), and token metrics: loss -weight * logp, ratio 1, entropy. */
export function crossEntropyReference({ statistics, token_inputs }: HostValues): Record<"coefficients" | "token_metrics", Float64Array> {
  const rows = statistics!.shape[0]!;
  const coefficients = new Float64Array(rows * 2);
  const metrics = new Float64Array(rows * 8);
  for (let row = 0; row < rows; row += 1) {
    const weight = token_inputs!.data[row * 6 + 3]!;
    if (weight === 0) continue;
    coefficients[row * 2] = -weight;
    metrics.set([-weight * statistics!.data[row * 4]!, 0, 1, 0, 0, 0, 0, statistics!.data[row * 4 + 1]!], row * 8);
  }
  return { coefficients, token_metrics: metrics };
}
