import { initialState, packState } from "../../control/state.ts";
import { type EntropyReduceOptions, entropyReduce } from "../../ops/entropy_reduce.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { HostValue, HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { entropyReduceReference } from "../reference/entropy_reduce.ts";
import { given, normal, setRecord } from "../values.ts";

/** Statistics with some exactly zero effects and, where the mask is 0, NaN. The last of three and more classes never occurs. */
function batch(rows: number, everyMasked: number, classes: number): HostValues {
  const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
  const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
  for (let row = 0; row < rows; row += 1) {
    const { logp } = TOKEN_STATISTICS.read(statistics.data, row * TOKEN_STATISTICS.size);
    setRecord(statistics, TOKEN_STATISTICS, row, { logp: -Math.abs(logp), ...(row % 5 === 0 && { effect: 0 }) });
    const counts = row % everyMasked !== 0;
    setRecord(tokenInputs, TOKEN_INPUT, row, { mask: counts ? 1 + ((row * row) % Math.min(classes, Math.max(2, classes - 1))) : 0 });
    if (!counts) statistics.data.fill(Number.NaN, row * TOKEN_STATISTICS.size, (row + 1) * TOKEN_STATISTICS.size);
  }
  return {
    statistics,
    token_inputs: tokenInputs,
    control: normal([packState(initialState({ loops: Array(classes).fill({}) })).length], 5),
  };
}

const BATCHES = [
  [1, 2, 1],
  [5, 3, 1],
  [257, 2, 1],
  [1300, 7, 1],
  [6, 1, 1],
  [1, 2, 2],
  [5, 3, 3],
  [257, 2, 2],
  [1300, 7, 7],
] as const;

const OPTIONS: readonly EntropyReduceOptions[] = [
  { gate: "probability", tau: 0.5 },
  { gate: "probability", tau: 0 },
  { gate: "entropy-effect", tau: 0.5, wholeBatch: false },
];

/** What tokens without rows add to each class; every second class has none. */
function silentSums(classes: number): HostValue {
  return given([classes, 2], Array.from({ length: classes }, (_, i) => (i % 2 === 0 ? [3.5 + 40 * i, 7 + 100 * i] : [0, 0])).flat());
}

export const entropyReduceCases: readonly OpCase[] = [
  ...BATCHES.flatMap((of) => casesOf(of, false)),
  ...BATCHES.flatMap((of) => casesOf(of, true)),
];

function casesOf([rows, everyMasked, classes]: (typeof BATCHES)[number], hasSilent: boolean): OpCase[] {
  return OPTIONS.map((options) => ({
    name: "entropy_reduce",
    title: `${rows} rows of which one in ${everyMasked} is masked and ${classes} classes with gate ${options.gate} at ${options.tau}${hasSilent ? " and tokens without rows" : ""}`,
    tolerance: 2e-6,
    quick: rows === 257 && classes === 2,
    inputs: { ...batch(rows, everyMasked, classes), ...(hasSilent && { silent_sums: silentSums(classes) }) },
    dynamicRows: ["statistics", "token_inputs"],
    op: (i) => ({
      control: entropyReduce(
        { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control!, silentSums: i.silent_sums },
        options,
      ),
    }),
    reference: (inputs) => entropyReduceReference(inputs, options),
  }));
}
