import type { HostValues } from "../check_op.ts";

/** control with entropy, token count, gated fraction and gated count (fields 4 to 7) of the rows whose mask is set. */
export function entropyReduceReference(
  { statistics, token_inputs, control }: HostValues,
  options: { readonly gate: "probability" | "entropy-effect"; readonly tau: number; readonly writeEntropy?: boolean },
): { control: Float64Array } {
  const rows = Array.from({ length: statistics!.shape[0]! }, (_, row) => row).filter((row) => token_inputs!.data[row * 6 + 4]! > 0);
  const entropy = rows.reduce((sum, row) => sum + statistics!.data[row * 4 + 1]!, 0) / Math.max(1, rows.length);
  const gated = rows.filter((row) => {
    if (options.gate === "entropy-effect") return statistics!.data[row * 4 + 3] !== 0;
    return options.tau <= 0 || Math.exp(statistics!.data[row * 4]!) > options.tau;
  }).length;
  const result = Float64Array.from(control!.data);
  if (options.writeEntropy !== false) result[4] = entropy;
  result.set([rows.length, gated / Math.max(1, rows.length), gated], 5);
  return { control: result };
}
