import { type EntropySelectOptions, entropySelect } from "../../ops/entropy_select.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import { createRandom } from "../../random.ts";
import type { HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { entropySelectReference } from "../reference/entropy_select.ts";
import { given, records } from "../values.ts";

/** Tokens of the entropies that are given; NaN is a prompt's. */
export function entropyTokens(entropies: readonly number[]): HostValues {
  const rows = entropies.map((entropy, row) => ({ entropy, mask: Number.isNaN(entropy) ? 0 : 1 + (row % 3) }));
  return { statistics: records(TOKEN_STATISTICS, rows), token_inputs: records(TOKEN_INPUT, rows), learning: given([2], [-1, -1]) };
}

/** Every fifth token as uncertain as others, every eleventh certain or, by rounding, a little more, and every seventh row a prompt. */
function drawnTokens(rows: number): HostValues {
  const random = createRandom(rows);
  const entropyOf = (row: number): number => {
    if (row % 7 === 6) return Number.NaN;
    if (row % 5 === 0) return 0.7;
    return row % 11 === 3 ? (row % 2 === 0 ? 0 : -1e-8) : 2 * random.uniform() ** 3;
  };
  return entropyTokens(Array.from({ length: rows }, (_, row) => entropyOf(row)));
}

export function entropySelectCase(title: string, inputs: HostValues, options: EntropySelectOptions, quick = false): OpCase {
  return {
    name: "entropy_select",
    title,
    tolerance: 0,
    quick,
    inputs,
    dynamicRows: ["statistics", "token_inputs"],
    op: (i) => {
      const tensors = { statistics: i.statistics!, tokenInputs: i.token_inputs!, learning: i.learning! };
      const { selected, learning } = entropySelect(tensors, options);
      return { selected, learning };
    },
    reference: (i) => entropySelectReference(i, options),
  };
}

export const entropySelectCases: readonly OpCase[] = [1, 2, 131, 4099].flatMap((rows) =>
  [1e-4, 0.2, 0.9, 1].map((fraction) =>
    entropySelectCase(`the highest ${fraction} of ${rows} rows`, drawnTokens(rows), { fraction }, rows === 131 && fraction !== 1),
  ),
);
