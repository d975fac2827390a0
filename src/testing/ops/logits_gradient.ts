import { capLogits } from "../../ops/cap_logits.ts";
import { paddedVocabulary } from "../../ops/logits.ts";
import { logitsGradient } from "../../ops/logits_gradient.ts";
import { tokenStatistics } from "../../ops/token_statistics.ts";
import type { OpCase } from "../op_case.ts";
import { logitsGradientReference } from "../reference/logits_gradient.ts";
import { given, integers, normal, padRows } from "../values.ts";

const SHAPES = [
  [1, 3],
  [70, 16],
  [9, 37],
  [3, 262],
  [2, 520],
] as const;

const inverseTemperature = Math.fround(1 / 0.7);

const whole = SHAPES.map(
  ([rows, vocabulary]): OpCase => ({
    name: "logits_gradient",
    title: `${rows} x ${vocabulary}`,
    // 1 - p loses digits where a token is nearly certain, as in the single row of three.
    tolerance: 2e-5,
    quick: rows === 70 || rows === 9,
    inputs: {
      logits: normal([rows, vocabulary], 1, 2),
      actions: integers([rows], vocabulary, 2),
      coefficients: normal([rows, 2], 3),
    },
    dynamicRows: ["logits", "actions", "coefficients"],
    op: ({ logits, actions, coefficients }) => {
      const statistics = tokenStatistics(logits!, actions!, { inverseTemperature });
      const given = { actions: actions!, statistics, coefficients: coefficients!, inverseTemperature };
      return { logits: logitsGradient(logits!, given) };
    },
    reference: (inputs) => logitsGradientReference(inputs, inverseTemperature),
  }),
);

/** A chunk that begins at the third token of its window. */
const later: OpCase = {
  name: "logits_gradient",
  title: "3 x 37 from token 2 of 5",
  tolerance: 2e-5,
  inputs: {
    logits: normal([3, 37], 1, 2),
    actions: integers([5], 37, 2),
    coefficients: normal([5, 2], 3),
    statistics: given([5, 4], Array(20).fill(7)),
  },
  op: ({ logits, actions, coefficients, statistics }) => {
    const options = { inverseTemperature, first: 2 };
    tokenStatistics(logits!, actions!, { ...options, into: statistics! });
    const all = { actions: actions!, statistics: statistics!, coefficients: coefficients! };
    return { logits: logitsGradient(logits!, { ...all, ...options }) };
  },
  reference: ({ logits, actions, coefficients }) => {
    const [own, weights] = [actions!.data.subarray(2), coefficients!.data.subarray(4)];
    const of = { logits: logits!, actions: { shape: [3], data: own }, coefficients: { shape: [3, 2], data: weights } };
    return logitsGradientReference(of, inverseTemperature);
  },
};

/** Rows of whole quads, in which what pads them becomes zero. */
const padded = (
  [
    [70, 17],
    [9, 97],
    [3, 1031],
  ] as const
).map(([rows, vocabulary]): OpCase => {
  const logits = normal([rows, vocabulary], 1, 2);
  return {
    name: "logits_gradient",
    title: `${rows} x ${vocabulary} in padded rows`,
    tolerance: 2e-5,
    quick: rows === 9,
    inputs: { logits: padRows(logits), actions: integers([rows], vocabulary, 2), coefficients: normal([rows, 2], 3) },
    dynamicRows: ["logits", "actions", "coefficients"],
    op: (i) => {
      const statistics = tokenStatistics(i.logits!, i.actions!, { inverseTemperature, vocabulary });
      const given = { actions: i.actions!, statistics, coefficients: i.coefficients!, inverseTemperature, vocabulary };
      return { logits: logitsGradient(i.logits!, given) };
    },
    reference: (inputs) => {
      const gradient = logitsGradientReference({ ...inputs, logits }, inverseTemperature).logits;
      return {
        logits: padRows({ shape: logits.shape, data: gradient }).data.map((x, i) =>
          i % paddedVocabulary(vocabulary) < vocabulary ? x : 0,
        ),
      };
    },
  };
});

/** Logits that were capped: the gradient by what they were before. */
const capped = (
  [
    [9, 37, 37],
    [5, 40, 40],
    [3, 262, 264],
  ] as const
).map(([rows, vocabulary, stride]): OpCase => {
  const cap = 2.5;
  const logits = normal([rows, vocabulary], 1, 2);
  return {
    name: "logits_gradient",
    title: `${rows} x ${vocabulary} capped at ${cap}`,
    tolerance: 2e-5,
    quick: rows === 9,
    inputs: {
      logits: stride === vocabulary ? logits : padRows(logits),
      actions: integers([rows], vocabulary, 2),
      coefficients: normal([rows, 2], 3),
    },
    dynamicRows: ["logits", "actions", "coefficients"],
    op: (i) => {
      const own = capLogits(i.logits!, cap);
      const statistics = tokenStatistics(own, i.actions!, { inverseTemperature, vocabulary });
      const given = { actions: i.actions!, statistics, coefficients: i.coefficients!, inverseTemperature, vocabulary, cap };
      return { logits: logitsGradient(own, given) };
    },
    reference: (inputs) => {
      const gradient = logitsGradientReference({ ...inputs, logits }, inverseTemperature, cap).logits;
      const padded = padRows({ shape: logits.shape, data: gradient }).data.map((x, i) => (i % stride < vocabulary ? x : 0));
      return { logits: stride === vocabulary ? gradient : padded };
    },
  };
});

export const logitsGradientCases: readonly OpCase[] = [...whole, later, ...padded, ...capped];
