import { packState, readState } from "../../control/state.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValues } from "../check_op.ts";

interface Options {
  readonly gate: "probability" | "entropy-effect";
  readonly tau: number;
  readonly writeEntropy?: boolean;
}

/** The state with the entropies and counts of the rows whose mask is 1 + class, of each class and of all classes. */
export function entropyReduceReference({ statistics, token_inputs, control }: HostValues, options: Options): { control: Float64Array } {
  const state = readState(control!.data);
  const writes = options.writeEntropy !== false;
  const tokens = TOKEN_INPUT.column(token_inputs!.data, "mask").map((mask, row) => {
    return { mask, ...TOKEN_STATISTICS.read(statistics!.data, row * TOKEN_STATISTICS.size) };
  });
  const meanOf = (some: typeof tokens): number => some.reduce((sum, { entropy }) => sum + entropy, 0) / Math.max(1, some.length);
  const isGated = ({ logp, effect }: (typeof tokens)[number]): boolean =>
    options.gate === "entropy-effect" ? effect !== 0 : options.tau <= 0 || Math.exp(logp) > options.tau;
  const loops = state.loops.map((loop, i) => {
    const own = tokens.filter(({ mask }) => mask === i + 1);
    const entropy = meanOf(own);
    return { ...loop, token_count: own.length, batch_entropy: entropy, ...(writes && own.length > 0 && { entropy }) };
  });
  const all = tokens.filter(({ mask }) => mask > 0);
  const gated_count = all.filter(isGated).length;
  const counts = { token_count: all.length, gated_count, gated_fraction: gated_count / Math.max(1, all.length) };
  const whole = { ...state.control, ...counts, ...(writes && { entropy: meanOf(all) }) };
  return { control: Float64Array.from(packState({ control: whole, loops })) };
}
