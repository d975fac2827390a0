import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import { type SurpriseWeightOptions, surpriseWeight } from "../../ops/surprise_weight.ts";
import type { HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { surpriseWeightReference } from "../reference/surprise_weight.ts";
import { setRecord } from "../values.ts";
import { covarianceTokens } from "./covariance_select.ts";
import { controlOf } from "./token_loss.ts";

/** Tokens of either sign of advantage, some without one, every fifth as surprising as others, every seventh a prompt's, whose logp is NaN. */
export function surprisingTokens(rows: number, alpha: number): HostValues {
  const { statistics, token_inputs } = covarianceTokens(rows, rows);
  for (let row = 0; row < rows; row += 1) {
    if (row % 7 === 6) setRecord(token_inputs!, TOKEN_INPUT, row, { old_logp: 0, advantage: row % 2 === 0 ? 3 : -3 });
    if (row % 5 === 0 && row % 7 !== 6) setRecord(statistics!, TOKEN_STATISTICS, row, { logp: -1.5 });
    if (row % 11 === 3 && row % 7 !== 6) setRecord(token_inputs!, TOKEN_INPUT, row, { advantage: 0 });
  }
  return { statistics: statistics!, control: controlOf({ loops: [{ alpha }] }), token_inputs: token_inputs! };
}

function surpriseCase(title: string, inputs: HostValues, options: SurpriseWeightOptions): OpCase {
  return {
    name: "surprise_weight",
    title,
    tolerance: 1e-7,
    quick: inputs.statistics!.shape[0] === 131 && options.negativeShare === options.positiveShare,
    inputs,
    dynamicRows: ["statistics", "token_inputs"],
    op: (i) => ({
      token_inputs: surpriseWeight({ statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control! }, options),
    }),
    reference: (i) => surpriseWeightReference(i, options),
  };
}

const SHARES: readonly (readonly [positiveShare: number, negativeShare: number])[] = [
  [0.1, 0],
  [0, 0.25],
  [0.1, 0.1],
  [1, 1e-6],
];

export const surpriseWeightCases: readonly OpCase[] = [1, 3, 131, 1024, 4099].flatMap((rows) =>
  SHARES.map(([positiveShare, negativeShare]) => {
    const title = `shares ${positiveShare} and ${negativeShare} of ${rows} rows`;
    return surpriseCase(title, surprisingTokens(rows, -0.1), { positiveShare, negativeShare });
  }),
);
