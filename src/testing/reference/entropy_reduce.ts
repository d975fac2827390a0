import { packState, readState } from "../../control/state.ts";
import type { HostValues } from "../check_op.ts";

interface Options {
  readonly gate: "probability" | "entropy-effect";
  readonly tau: number;
  readonly writeEntropy?: boolean;
}

/** The state with the entropies and counts of each class, whose rows have the mask 1 + class, and of all classes together. */
export function entropyReduceReference({ statistics, token_inputs, control }: HostValues, options: Options): { control: Float64Array } {
  const state = readState(control!.data);
  const writes = options.writeEntropy !== false;
  const rowsOf = (accepts: (mask: number) => boolean): number[] =>
    Array.from({ length: statistics!.shape[0]! }, (_, row) => row).filter((row) => accepts(token_inputs!.data[row * 6 + 4]!));
  const meanOf = (rows: readonly number[]): number =>
    rows.reduce((sum, row) => sum + statistics!.data[row * 4 + 1]!, 0) / Math.max(1, rows.length);
  const isGated = (row: number): boolean => {
    if (options.gate === "entropy-effect") return statistics!.data[row * 4 + 3] !== 0;
    return options.tau <= 0 || Math.exp(statistics!.data[row * 4]!) > options.tau;
  };
  const loops = state.loops.map((loop, i) => {
    const rows = rowsOf((mask) => mask === i + 1);
    const entropy = meanOf(rows);
    return { ...loop, token_count: rows.length, batch_entropy: entropy, ...(writes && rows.length > 0 && { entropy }) };
  });
  const all = rowsOf((mask) => mask > 0);
  const gated_count = all.filter(isGated).length;
  const counts = { token_count: all.length, gated_count, gated_fraction: gated_count / Math.max(1, all.length) };
  const whole = { ...state.control, ...counts, ...(writes && { entropy: meanOf(all) }) };
  return { control: Float64Array.from(packState({ control: whole, loops })) };
}
