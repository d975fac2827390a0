import assert from "node:assert/strict";
import { test } from "node:test";
import { areNoLower, holm, isHigher, isNoLower, isWhole, pairedTest, testInWords } from "../../../src/experiments/framework/paired.ts";

const near = (actual: number, expected: number, tolerance = 1e-3): void =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);

test("the paired t test of differences worked out by hand", () => {
  // Mean 0.03, s = sqrt(0.001 / 4), t = 0.03 / (s / sqrt(5)) = 4.2426 with 4 degrees of freedom: p = 0.01324. t(0.975, 4) = 2.7764.
  const found = pairedTest([0.01, 0.02, 0.03, 0.04, 0.05]);
  near(found.mean, 0.03, 1e-12);
  near(found.p, 0.01324, 1e-5);
  near(found.high - found.mean, 2.7764 * 0.0070711, 1e-6);
  assert.ok(isHigher(found) && isNoLower(found));
  assert.match(testInWords(found), /^\+0\.030 \(\+0\.010 to \+0\.050, p = 0\.013\)$/);
});

test("differences that do not vary, one seed, and none", () => {
  assert.equal(pairedTest([0, 0, 0]).p, 1);
  assert.ok(Number.isNaN(pairedTest([0.5]).p));
  assert.equal(isHigher(pairedTest([0.5])), false);
  assert.equal(testInWords(pairedTest([])), "no seeds");
});

test("differences that are all alike have the p of exchanged signs, and no interval", () => {
  const alike = pairedTest([1, 1, 1, 1, 1].map((one) => one - 0.7));
  assert.equal(alike.p, 0.0625);
  assert.equal(testInWords(alike), "+0.300 (in every seed, p = 0.063)");
  // The same but for rounding: 0.1 + 0.2 - 0.3 is not 0.
  assert.equal(pairedTest([0.1 + 0.2, 0.3, 0.3]).p, 0.25);
});

test("a seed that lacks the measure is counted, and nothing is tested then", () => {
  const some = pairedTest([0.1, Number.NaN, 0.11, Number.NaN, Number.NaN]);
  assert.deepEqual([some.n, some.seeds, isWhole(some), isHigher(some)], [2, 5, false, false]);
  assert.equal(testInWords(some), "+0.105 (2 of 5 seeds)");
});

test("no lower is what leaves less than the margin open, not what is too wide to tell", () => {
  assert.equal(isNoLower(pairedTest([-0.1, -0.11, -0.09])), false);
  assert.equal(isNoLower(pairedTest([-0.01, 0.01, -0.005])), true);
  assert.equal(isNoLower(pairedTest([-0.1, 0.3, -0.05])), undefined);
  const [lower, noLower, open] = [
    [-0.1, -0.11, -0.09],
    [-0.01, 0.01, -0.005],
    [-0.1, 0.3, -0.05],
  ].map(pairedTest);
  assert.equal(areNoLower([noLower!, open!, lower!]), false);
  assert.equal(areNoLower([noLower!, open!]), undefined);
  assert.equal(areNoLower([noLower!, noLower!]), true);
});

test("Holm's correction multiplies the smallest by all, and never falls", () => {
  // Sorted 0.01, 0.02, 0.03, 0.2: times 4, 3, 2, 1 are 0.04, 0.06, 0.06, 0.2.
  const adjusted = holm([0.02, 0.2, 0.01, 0.03]);
  for (const [i, expected] of [0.06, 0.2, 0.04, 0.06].entries()) near(adjusted[i]!, expected, 1e-12);
  const withMissing = holm([Number.NaN, 0.02, 0.03]);
  assert.ok(Number.isNaN(withMissing[0]!));
  near(withMissing[1]!, 0.04, 1e-12);
  near(withMissing[2]!, 0.04, 1e-12);
  assert.equal(holm([0.9, 0.8])[0], 1);
});

test("tests that are planned and not there yet count as certain of nothing, so that none becomes less certain by them", () => {
  const planned = holm([0.02, 0.01], 2);
  near(planned[1]!, 0.04, 1e-12);
  near(planned[0]!, 0.06, 1e-12);
  for (const late of [0.001, 0.015, 0.5]) {
    const whole = holm([0.02, 0.01, late, 0.9]);
    assert.ok(whole[0]! <= planned[0]! + 1e-12 && whole[1]! <= planned[1]! + 1e-12, `with ${late}`);
  }
});
