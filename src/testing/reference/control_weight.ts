import { CONTROL, TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";

/** token_inputs whose control_weight is tokens / max(gated tokens, 1), over each sequence or over the batch that control counted. */
export function controlWeightReference(
  { statistics, sequence_begin, control, token_inputs }: HostValues,
  options: { readonly gate: "probability" | "entropy-effect"; readonly tau: number; readonly scope: "batch" | "sequence" },
): { token_inputs: Float64Array } {
  const result = Float64Array.from(token_inputs!.data);
  const masks = TOKEN_INPUT.column(result, "mask");
  const begins = Array.from(sequence_begin!.data);
  begins.slice(0, -1).forEach((begin, s) => {
    const rows = Array.from({ length: begins[s + 1]! - begin }, (_, i) => begin + i);
    const counted = rows.filter((row) => masks[row]! > 0);
    const gated = counted.filter((row) => {
      const { logp, effect } = TOKEN_STATISTICS.read(statistics!.data, row * TOKEN_STATISTICS.size);
      return options.gate === "entropy-effect" ? effect !== 0 : options.tau <= 0 || Math.exp(logp) > options.tau;
    });
    const sequence = counted.length / Math.max(1, gated.length);
    const { token_count, gated_count } = CONTROL.read(control!.data);
    const batch = token_count / Math.max(1, gated_count);
    const weightAt = (row: number): number => row * TOKEN_INPUT.size + TOKEN_INPUT.index("control_weight");
    for (const row of rows) result[weightAt(row)] = options.scope === "batch" ? batch : sequence;
  });
  return { token_inputs: result };
}
