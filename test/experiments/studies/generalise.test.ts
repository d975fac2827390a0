import assert from "node:assert/strict";
import { test } from "node:test";
import type { LongFindings } from "../../../src/experiments/framework/long/findings.ts";
import { accuracyOf, calibrationError, meanProbability } from "../../../src/experiments/studies/generalise/calibration.ts";
import { effectiveRank, singularValues } from "../../../src/experiments/studies/generalise/effective_rank.ts";
import { associations } from "../../../src/experiments/studies/generalise/explained.ts";
import { driftOf } from "../../../src/experiments/studies/generalise/weights.ts";
import { createRandom } from "../../../src/random.ts";

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);

function nearAll(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) near(value, expected[i]!);
}

test("singular values of matrices worked out by hand, tall and wide", () => {
  // [[3, 0], [4, 5]]: the eigenvalues of A^T A = [[25, 20], [20, 25]] are 45 and 5.
  nearAll(singularValues([3, 0, 4, 5], [2, 2]), [Math.sqrt(45), Math.sqrt(5)]);
  nearAll(singularValues([2, 0, 0, 0, 1, 0], [2, 3]), [2, 1]);
  assert.deepEqual(singularValues([0, 0, 0, 0], [2, 2]), [0, 0]);
});

test("the squares of a random matrix's singular values add up to those of its numbers, and a product of two vectors has one", () => {
  const random = createRandom(3);
  const matrix = Array.from({ length: 7 * 5 }, () => random.integer(2001) / 1000 - 1);
  const values = singularValues(matrix, [7, 5]);
  const squares = (list: readonly number[]): number => list.reduce((sum, value) => sum + value * value, 0);
  near(squares(values), squares(matrix), 1e-9);
  const [a, b] = [matrix.slice(0, 7), matrix.slice(7, 12)];
  const outer = singularValues(
    a.flatMap((x) => b.map((y) => x * y)),
    [7, 5],
  );
  near(outer[0]!, Math.sqrt(squares(a) * squares(b)));
  near(effectiveRank(outer), 1, 1e-4);
});

test("the effective rank is the number of equal singular values, and less where they differ", () => {
  near(effectiveRank([2, 2, 2, 0]), 3);
  assert.equal(effectiveRank([0, 0]), 0);
  // Shares 3/4 and 1/4: exp(0.75 log(4/3) + 0.25 log 4).
  near(effectiveRank([3, 1]), Math.exp(0.75 * Math.log(4 / 3) + 0.25 * Math.log(4)));
});

test("drift is the norm of the change over that of the start, for all weights and for each layer", () => {
  const weights = (...values: number[]) => ({ shape: [2, 2], data: Float32Array.from(values) });
  const start = new Map([
    ["model.layers.0.w", weights(3, 0, 0, 4)],
    ["embed", weights(5, 0, 0, 0)],
  ]);
  const now = new Map([
    ["model.layers.0.w", weights(3, 0, 0, 5)],
    ["embed", weights(5, 0, 0, 0)],
  ]);
  const { relative, byLayer, rank } = driftOf(start, now);
  near(relative, 1 / Math.sqrt(50));
  near(byLayer["0"]!, 0.2);
  assert.equal(byLayer.outside, 0);
  near(rank, 0.5);
});

test("calibration: answers as often right as they are probable have no error", () => {
  const answers = (probability: number, right: number, wrong: number) =>
    Array.from({ length: right + wrong }, (_, i) => ({ probability, isRight: i < right }));
  near(calibrationError(answers(0.75, 3, 1)), 0);
  near(calibrationError(answers(1, 1, 3)), 0.75);
  // Two bins: 4 of 8 answers are off by 0.25, the others by 0.5.
  const both = [...answers(0.75, 2, 2), ...answers(0.5, 0, 4)];
  near(calibrationError(both), 0.375);
  near(meanProbability(both), 0.625);
  near(accuracyOf(both), 0.25);
});

const curves = ["eval/greedy", "eval/entropy", "eval/harder/greedy"];
const group = { group: "", measures: [], curves, before: [], matched: null, problems: 1, completions: 1 };

/**
 * A run of four evaluations with this entropy at its middle, the second, which gains so much from the third on, and loses as much on harder
 * problems. Its scores at the middle itself, which fall with the entropy, count for nothing.
 */
const runOf = (arm: string, seed: number, entropy: number, gain: number) => ({
  ...{ group: "", arm, seed, steps: [0, 1, 2, 3], after: [], training: { steps: [], entropy: [], alpha: [] }, seconds: 1 },
  curves: [
    [0, -9 * entropy, 0.2, 0.2 + gain],
    [1, entropy, 0, 0],
    [0, -9 * entropy, 0.2, 0.2 - gain],
  ],
});

function ofEntropy(runs: LongFindings["runs"]) {
  return associations({ groups: [group], searched: [], runs }, group).filter(({ measure }) => measure === "entropy");
}

test("what stands at the middle of runs is ranked against what they gain after it", () => {
  const runs = [0.1, 0.2, 0.3, 0.4, 0.5].map((entropy, seed) => runOf("a", seed, entropy, entropy));
  const found = ofEntropy(runs);
  assert.deepEqual(
    found.map(({ gain, runs: count }) => [gain, count]),
    [
      ["greedy", 5],
      ["greedy on harder", 5],
    ],
  );
  nearAll(
    found.map(({ overall }) => overall.r),
    [1, -1],
  );
  const all = associations({ groups: [group], searched: [], runs }, group);
  assert.ok(all.some(({ measure, overall }) => measure === "distinct solutions" && Number.isNaN(overall.r)));
});

test("within arms a measure counts among the runs of its own arm: arms that differ make no correlation there, and may hide one", () => {
  // Arm b has more entropy and gains more; within each arm more entropy gains less.
  const [first] = ofEntropy([
    ...[0.1, 0.2, 0.3, 0.4, 0.5].map((entropy, seed) => runOf("a", seed, entropy, 0.05 - entropy / 10)),
    ...[0.1, 0.2, 0.3, 0.4, 0.5].map((entropy, seed) => runOf("b", seed, entropy + 1, 1 - entropy / 10)),
  ]);
  // Ranks 1 to 5 against 5 to 1, and 6 to 10 against 10 to 6: 5 x 4 - 10 of differences from the mean 5.5, over 82.5.
  near(first!.overall.r, (2 * 5 * 2.5 * 2.5 - 2 * 10) / 82.5);
  near(first!.within.r, -1);
  near(first!.within.p, 0, 3e-4);
});

test("the probability of a correlation within arms is that of exchanges within arms", () => {
  // r = 0.8 of five runs: 16 of 120 exchanges are as far from none.
  const gains = [0.2, 0.1, 0.4, 0.3, 0.5];
  const [one] = ofEntropy(gains.map((gain, seed) => runOf("a", seed, seed, gain)));
  near(one!.overall.r, 0.8);
  near(one!.overall.p, 16 / 120, 0.012);
  assert.equal(one!.within.p, one!.overall.p);
  // The same in two arms, of which one gains more: it has more entropy too, and all runs together say the same twice.
  const [both] = ofEntropy([
    ...gains.map((gain, seed) => runOf("a", seed, seed, gain)),
    ...gains.map((gain, seed) => runOf("b", seed, seed + 10, gain + 1)),
  ]);
  near(both!.within.r, 0.8);
  assert.ok(both!.overall.p < both!.within.p && both!.within.p < one!.within.p, `${both!.overall.p}, ${both!.within.p}`);
});
