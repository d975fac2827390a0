import { loopIndex } from "../../control/loops.ts";
import type { HostValues } from "../check_op.ts";

/** The state with token_count, batch_entropy and entropy of each class of tokens (mask = 1 + class). */
export function classEntropyReference(
  { statistics, token_inputs, control }: HostValues,
  options: { readonly classes: number; readonly writeEntropy: boolean },
): { state: Float64Array } {
  const state = Float64Array.from(control!.data);
  for (let i = 0; i < options.classes; i += 1) {
    const rows = Array.from({ length: statistics!.shape[0]! }, (_, row) => row).filter((row) => token_inputs!.data[row * 6 + 4] === i + 1);
    const mean = rows.reduce((sum, row) => sum + statistics!.data[row * 4 + 1]!, 0) / Math.max(1, rows.length);
    state[loopIndex(i, "token_count")] = rows.length;
    state[loopIndex(i, "batch_entropy")] = mean;
    if (options.writeEntropy && rows.length > 0) state[loopIndex(i, "entropy")] = mean;
  }
  return { state };
}
