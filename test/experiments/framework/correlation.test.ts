import assert from "node:assert/strict";
import { test } from "node:test";
import { chanceOfCorrelation, correlationWithin, type Stratum } from "../../../src/experiments/framework/correlation.ts";

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);

test("rank correlation is that of ranks, with shared ranks for equal values", () => {
  const ofOne = (a: readonly number[], b: readonly number[]): number => correlationWithin([{ a, b }]);
  near(ofOne([1, 2, 3, 4], [1, 10, 100, 1000]), 1, 1e-12);
  near(ofOne([1, 2, 3], [3, 2, 1]), -1, 1e-12);
  // Ranks 1, 2.5, 2.5, 4 and 1 to 4: covariance 4.5, variances 4.5 and 5.
  near(ofOne([1, 2, 2, 3], [1, 2, 3, 4]), 4.5 / Math.sqrt(4.5 * 5), 1e-12);
  assert.ok(Number.isNaN(ofOne([1, 1], [1, 2])));
});

test("its probability is the share of all exchanges that make it as large, counted by hand for few runs", () => {
  const [two, three]: Stratum[] = [
    { a: [1, 2], b: [3, 4] },
    { a: [1, 2, 3], b: [1, 2, 3] },
  ];
  // Of three values 2 of 6 orders are as far from none, the same and the reverse.
  near(chanceOfCorrelation([three!]), 1 / 3, 0.02);
  // Of two strata of two, 2 of 4: both as they are, or both turned around.
  near(chanceOfCorrelation([two!, two!]), 1 / 2, 0.02);
  // r = 0.8 of five: 16 of the 120 orders, as tables of Spearman's test have it.
  near(chanceOfCorrelation([{ a: [1, 2, 3, 4, 5], b: [2, 1, 4, 3, 5] }]), 16 / 120, 0.012);
  // 5! 5! orders of two strata make r = 1 once, and -1 once.
  const five = { a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5] };
  near(chanceOfCorrelation([five, five]), 1e-4, 2e-4);
  assert.ok(Number.isNaN(chanceOfCorrelation([{ a: [1, 1], b: [1, 2] }])));
});

test("values are exchanged within their strata alone: what tells the strata apart is no evidence", () => {
  // All eight together have r = 0.76; within strata there is nothing.
  const strata = [
    { a: [1, 2, 3, 4], b: [2, 4, 1, 3] },
    { a: [11, 12, 13, 14], b: [12, 14, 11, 13] },
  ];
  const all = { a: strata.flatMap(({ a }) => a), b: strata.flatMap(({ b }) => b) };
  assert.ok(chanceOfCorrelation([all]) < 0.05);
  assert.equal(chanceOfCorrelation(strata), 1);
});
