import { packState, readState } from "../../control/state.ts";
import type { EntropyReduceOptions } from "../../ops/entropy_reduce.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";
import { isGated } from "./gate.ts";

/** The state with the entropies and counts of the rows whose mask is 1 + class and of silent tokens, of each class and of all classes. */
export function entropyReduceReference(
  { statistics, token_inputs, control, silent_sums }: HostValues,
  options: EntropyReduceOptions,
): { control: Float64Array } {
  const state = readState(control!.data);
  const writes = options.wholeBatch !== false;
  const masks = TOKEN_INPUT.readAll(token_inputs!.data).map(({ mask }) => mask);
  const policy = TOKEN_STATISTICS.readAll(statistics!.data);
  const tokensOf = (accepts: (mask: number) => boolean) => policy.filter((_, row) => accepts(masks[row]!));
  const silent = state.loops.map((_, i) => ({ sum: silent_sums?.data[2 * i] ?? 0, tokens: silent_sums?.data[2 * i + 1] ?? 0 }));
  const sums = state.loops.map((_, i) => {
    const own = tokensOf((mask) => mask === i + 1);
    return { sum: own.reduce((sum, { entropy }) => sum + entropy, silent[i]!.sum), tokens: own.length + silent[i]!.tokens };
  });
  const loops = state.loops.map((loop, i) => {
    const { sum, tokens } = sums[i]!;
    const entropy = sum / Math.max(1, tokens);
    return { ...loop, token_count: tokens, batch_entropy: entropy, ...(writes && tokens > 0 && { entropy }) };
  });
  const all = tokensOf((mask) => mask > 0);
  const token_count = sums.reduce((total, { tokens }) => total + tokens, 0);
  const entropy = sums.reduce((total, { sum }) => total + sum, 0) / Math.max(1, token_count);
  const gated_count = all.filter((token) => isGated(token, options)).length;
  const counts = { token_count, gated_count, gated_fraction: gated_count / Math.max(1, all.length) };
  const whole = { ...state.control, ...(writes && { ...counts, entropy }) };
  return { control: Float64Array.from(packState({ control: whole, loops })) };
}
