import type { GateOptions } from "../../ops/gate.ts";
import { CONTROL, TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";
import { isGated } from "./gate.ts";

/** token_inputs with control_weight = tokens / max(gated tokens, 1), over each sequence or over the batch that control counted. */
export function controlWeightReference(
  { statistics, sequence_begin, control, token_inputs }: HostValues,
  options: GateOptions & { readonly scope: "batch" | "sequence" },
): { token_inputs: Float64Array } {
  const given = TOKEN_INPUT.readAll(token_inputs!.data);
  const policy = TOKEN_STATISTICS.readAll(statistics!.data);
  const begins = Array.from(sequence_begin!.data);
  const { token_count, gated_count } = CONTROL.read(control!.data);
  const batch = token_count / Math.max(1, gated_count);
  const weighed = begins.slice(0, -1).flatMap((begin, s) => {
    const rows = Array.from({ length: begins[s + 1]! - begin }, (_, i) => begin + i);
    const counted = rows.filter((row) => given[row]!.mask > 0);
    const sequence = counted.length / Math.max(1, counted.filter((row) => isGated(policy[row]!, options)).length);
    return rows.map((row) => ({ ...given[row]!, control_weight: options.scope === "batch" ? batch : sequence }));
  });
  return { token_inputs: Float64Array.from(weighed.flatMap(TOKEN_INPUT.pack)) };
}
