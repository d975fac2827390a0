import { type EntropyRatioOptions, entropyRatio } from "../../ops/entropy_ratio.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import { createRandom } from "../../random.ts";
import type { HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { entropyRatioReference } from "../reference/entropy_ratio.ts";
import { given, records } from "../values.ts";

/** Entropies on both sides of their old values, some nearly 0, and every seventh row a prompt of NaN. */
function changedEntropies(rows: number, seed: number): HostValues {
  const random = createRandom(seed);
  const drawn = Array.from({ length: rows }, (_, row) => {
    const isPrompt = row % 7 === 6;
    const old = Math.fround(row % 5 === 4 ? 1e-9 * random.uniform() : 2 * random.uniform());
    const entropy = old * (1 + 0.15 * random.normal());
    return { old: isPrompt ? Number.NaN : old, entropy: isPrompt ? Number.NaN : entropy, mask: isPrompt ? 0 : 1 + (row % 3) };
  });
  return {
    statistics: records(TOKEN_STATISTICS, drawn),
    token_inputs: records(TOKEN_INPUT, drawn),
    old_entropy: given(
      [rows],
      drawn.map(({ old }) => old),
    ),
    count: given([1], [7]),
  };
}

export function entropyRatioCase(title: string, inputs: HostValues, options: EntropyRatioOptions, quick = false): OpCase {
  return {
    name: "entropy_ratio",
    title,
    tolerance: 0,
    quick,
    inputs,
    dynamicRows: ["statistics", "token_inputs", "old_entropy"],
    op: (i) => {
      const tensors = { statistics: i.statistics!, tokenInputs: i.token_inputs!, oldEntropy: i.old_entropy!, count: i.count! };
      const { outside, count } = entropyRatio(tensors, options);
      return { outside, count };
    },
    reference: (i) => entropyRatioReference(i, options),
  };
}

export const entropyRatioCases: readonly OpCase[] = [1, 2, 131, 4099].flatMap((rows) =>
  [
    { low: 0.05, high: 0.05 },
    { low: 0.2, high: 0.1 },
    { low: 1, high: 50 },
  ].map((options) =>
    entropyRatioCase(`${rows} rows from -${options.low} to +${options.high}`, changedEntropies(rows, rows), options, rows === 131),
  ),
);
