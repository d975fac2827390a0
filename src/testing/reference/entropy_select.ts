import type { EntropySelectOptions } from "../../ops/entropy_select.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";

/** Selects by sorting: 1 for the response tokens of the highest entropy, else 0; how many there are, and the least entropy among them. */
export function entropySelectReference(
  { statistics, token_inputs }: HostValues,
  { fraction }: EntropySelectOptions,
): { selected: Float64Array; learning: Float64Array } {
  const entropies = TOKEN_STATISTICS.column(statistics!.data, "entropy").map((entropy) => Math.max(0, entropy));
  const rows = TOKEN_INPUT.column(token_inputs!.data, "mask").flatMap((mask, row) => (mask > 0 ? [row] : []));
  // The shader takes the floor of this product in single precision.
  const wanted = Math.max(1, Math.floor(Math.fround(Math.fround(fraction) * rows.length)));
  const chosen = rows.sort((a, b) => entropies[b]! - entropies[a]! || a - b).slice(0, wanted);
  const selected = new Float64Array(entropies.length);
  for (const row of chosen) selected[row] = 1;
  return { selected, learning: Float64Array.of(chosen.length, entropies[chosen.at(-1) ?? -1] ?? 0) };
}
