import { tokenStatistics } from "../../ops/token_statistics.ts";
import type { OpCase } from "../op_case.ts";
import { tokenStatisticsReference } from "../reference/token_statistics.ts";
import { given, integers, normal, padRows } from "../values.ts";

const SHAPES = [
  [1, 2],
  [70, 16],
  [9, 37],
  [3, 259],
  [2, 1028],
  [5, 1],
  // The vocabulary of Qwen2.
  [2, 151936],
] as const;

/** One row a lane, and one a workgroup, on any device. */
const PADDED_SHAPES = [
  [70, 17],
  [3, 97],
  [5, 1],
  [3, 1031],
] as const;

export const tokenStatisticsCases: readonly OpCase[] = [
  ...SHAPES.map(
    ([rows, vocabulary]): OpCase => ({
      name: "token_statistics",
      title: `${rows} x ${vocabulary}`,
      tolerance: 2e-6,
      slow: vocabulary > 100_000,
      quick: rows === 70 || rows === 3,
      inputs: { logits: normal([rows, vocabulary], 1, 3), actions: integers([rows], vocabulary, 2) },
      dynamicRows: ["logits", "actions"],
      op: ({ logits, actions }) => ({ statistics: tokenStatistics(logits!, actions!, { inverseTemperature: 1 / 0.6 }) }),
      reference: (inputs) => tokenStatisticsReference(inputs, Math.fround(1 / 0.6)),
    }),
  ),
  ...PADDED_SHAPES.map(([rows, vocabulary]): OpCase => {
    const logits = normal([rows, vocabulary], 1, 3);
    return {
      name: "token_statistics",
      title: `${rows} x ${vocabulary} in padded rows`,
      tolerance: 2e-6,
      quick: rows === 3,
      inputs: { logits: padRows(logits), actions: integers([rows], vocabulary, 2) },
      dynamicRows: ["logits", "actions"],
      op: (i) => ({ statistics: tokenStatistics(i.logits!, i.actions!, { inverseTemperature: 1 / 0.6, vocabulary }) }),
      reference: (inputs) => tokenStatisticsReference({ ...inputs, logits }, Math.fround(1 / 0.6)),
    };
  }),
  {
    name: "token_statistics",
    title: "a chunk writes into the statistics of the batch",
    tolerance: 2e-6,
    inputs: { logits: normal([3, 6], 1), actions: integers([3], 6, 2), statistics: given([3, 4], Array(12).fill(7)) },
    op: (i) => ({ statistics: tokenStatistics(i.logits!, i.actions!, { inverseTemperature: 1, into: i.statistics! }) }),
    reference: (inputs) => tokenStatisticsReference(inputs, 1),
  },
  {
    name: "token_statistics",
    title: "a chunk begins at the third token of its window",
    tolerance: 2e-6,
    inputs: { logits: normal([3, 6], 1), actions: integers([5], 6, 2), statistics: given([5, 4], Array(20).fill(7)) },
    op: (i) => ({ statistics: tokenStatistics(i.logits!, i.actions!, { inverseTemperature: 1, first: 2, into: i.statistics! }) }),
    reference: ({ logits, actions }) => {
      const own = { logits: logits!, actions: { shape: [3], data: actions!.data.subarray(2) } };
      return { statistics: Float64Array.from([...Array(8).fill(7), ...tokenStatisticsReference(own, 1).statistics]) };
    },
  },
];
