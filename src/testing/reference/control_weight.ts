import { CONTROL } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";

/** token_inputs with control_weight = tokens / max(gated tokens, 1), counted over each sequence or, by `control`, over the batch. */
export function controlWeightReference(
  { statistics, sequence_begin, control, token_inputs }: HostValues,
  options: { readonly gate: "probability" | "entropy-effect"; readonly tau: number; readonly scope: "batch" | "sequence" },
): { token_inputs: Float64Array } {
  const result = Float64Array.from(token_inputs!.data);
  const begins = Array.from(sequence_begin!.data);
  begins.slice(0, -1).forEach((begin, s) => {
    const rows = Array.from({ length: begins[s + 1]! - begin }, (_, i) => begin + i);
    const counted = rows.filter((row) => result[row * 6 + 4]! > 0);
    const gated = counted.filter((row) => {
      const [logp, , , effect] = statistics!.data.subarray(row * 4, row * 4 + 4);
      return options.gate === "entropy-effect" ? effect !== 0 : options.tau <= 0 || Math.exp(logp!) > options.tau;
    });
    const sequence = counted.length / Math.max(1, gated.length);
    const { token_count, gated_count } = CONTROL.read(control!.data);
    const batch = token_count / Math.max(1, gated_count);
    for (const row of rows) result[row * 6 + 5] = options.scope === "batch" ? batch : sequence;
  });
  return { token_inputs: result };
}
