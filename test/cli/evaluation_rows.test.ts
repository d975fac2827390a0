import assert from "node:assert/strict";
import { test } from "node:test";
import { furtherRows, ownRows, solvedRows, strataRows } from "../../src/cli/evaluation_rows.ts";
import type { Evaluation } from "../../src/rl/evaluation/evaluate.ts";
import { passRates } from "../../src/rl/evaluation/rates.ts";

const passAt = passRates(2, [0, 2, 1, 0], [1, 2]);
const share = (all: number) => ({ all, byTag: new Map([["hard", all]]) });

const evaluation: Pick<Evaluation, "entries" | "k" | "passAt" | "greedy" | "greedyError" | "further" | "strata" | "everSolved"> = {
  ...{ k: 2, entries: Array<never>(8), passAt, greedy: 0.25, greedyError: 0.25 },
  further: {
    atTemperatures: [{ temperature: 0.6, passAt, entropy: 0.3 }],
    atEntropies: [
      { target: 0.1, found: { temperature: 0.41234, passAt, entropy: 0.1012 } },
      { target: 0.01, found: undefined },
    ],
    notes: [],
  },
  strata: [{ tag: "hard", problems: 4, passAt, greedy: 0.5 }],
  everSolved: { heldOut: share(0.75), training: { seen: share(1), everSolved: share(0.6), solved: share(0.4) } },
};
const whole = evaluation as Evaluation;

test("rows of an evaluation: every measure with its error, and nothing of what was not found", () => {
  assert.deepEqual(ownRows(whole), [
    ["pass@1, sampled", "0.375 ± 0.239"],
    ["pass@1, greedy", "0.250 ± 0.250"],
    ["pass@2", "0.500 ± 0.289"],
  ]);
  assert.deepEqual(furtherRows(whole), [
    ["pass@1 at T 0.6", "0.375 ± 0.239"],
    ["pass@2 at T 0.6", "0.500 ± 0.289"],
    ["entropy at T 0.6", "0.300"],
    ["pass@1 at entropy 0.1 (T 0.412)", "0.375 ± 0.239"],
    ["pass@2 at entropy 0.1 (T 0.412)", "0.500 ± 0.289"],
    ["entropy 0.1, measured", "0.101"],
  ]);
  assert.deepEqual(strataRows(whole), [
    ["pass@1, hard (4 problems)", "0.375 ± 0.239"],
    ["pass@1, greedy, hard (4 problems)", "0.500"],
    ["pass@2, hard (4 problems)", "0.500 ± 0.289"],
  ]);
  assert.deepEqual(solvedRows(whole), [
    ["held out, hard: ever solved / solved", "0.750 / 0.500"],
    ["training, hard: ever solved / solved when last sampled", "0.600 / 0.400"],
  ]);
});

test("one problem tells no standard error", () => {
  const one = { ...whole, entries: Array<never>(2), passAt: passRates(2, [0], [1]), greedy: 0, greedyError: 0 };
  assert.deepEqual(ownRows(one), [
    ["pass@1, sampled", "0.000 ± -"],
    ["pass@1, greedy", "0.000 ± -"],
  ]);
  const stratum = { tag: "hard", problems: 1, passAt: one.passAt, greedy: undefined };
  assert.deepEqual(strataRows({ ...one, strata: [stratum] }), [["pass@1, hard (1 problem)", "0.000 ± -"]]);
});
