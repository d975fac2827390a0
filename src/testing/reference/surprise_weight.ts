import { readState } from "../../control/state.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { SurpriseWeightOptions } from "../../ops/surprise_weight.ts";
import type { HostValues } from "../check_op.ts";

/** token_inputs with the advantages of the most surprising tokens of either sign reweighed, found by sorting. */
export function surpriseWeightReference(
  { statistics, control, token_inputs }: HostValues,
  { positiveShare, negativeShare }: SurpriseWeightOptions,
): { token_inputs: Float64Array } {
  const { alpha } = readState(control!.data).loops[0]!;
  const logps = TOKEN_STATISTICS.column(statistics!.data, "logp");
  const given = TOKEN_INPUT.readAll(token_inputs!.data);
  const mostSurprising = (sign: number, share: number): Set<number> => {
    const rows = given.flatMap(({ mask, advantage }, row) => (mask > 0 && Math.sign(advantage) === sign ? [row] : []));
    // The shader takes this product in single precision.
    const wanted = Math.ceil(Math.fround(Math.fround(share) * rows.length));
    return new Set(rows.sort((a, b) => logps[a]! - logps[b]! || a - b).slice(0, wanted));
  };
  const [positive, negative] = [mostSurprising(1, positiveShare), mostSurprising(-1, negativeShare)];
  const factor = (row: number): number => (positive.has(row) ? 1 - alpha : negative.has(row) ? 1 + alpha : 1);
  return {
    token_inputs: Float64Array.from(
      given.flatMap((token, row) => TOKEN_INPUT.pack({ ...token, advantage: factor(row) * token.advantage })),
    ),
  };
}
