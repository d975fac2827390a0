import assert from "node:assert/strict";
import { test } from "node:test";
import { normalDensity, normalDistribution } from "../../src/ops/normal_distribution.ts";

/** By mpmath 1.3, with 40 digits. */
const KNOWN: readonly (readonly [x: number, probability: number])[] = [
  [-37, 5.725571222524577e-300],
  [-8, 6.220960574271784e-16],
  [-3.5, 0.00023262907903552504],
  [-2, 0.02275013194817921],
  [-1.9, 0.028716559816001803],
  [-1, 0.15865525393145705],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.3, 0.6179114221889527],
  [1, 0.8413447460685429],
  [2.5, 0.9937903346742238],
  [6, 0.9999999990134123],
];

test("the normal distribution is known to 13 digits, far below 0 as well", () => {
  for (const [x, probability] of KNOWN) {
    const found = normalDistribution(x);
    assert.ok(Math.abs(found / probability - 1) < 1e-13, `at ${x} ${found} instead of ${probability}`);
  }
  assert.deepEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN].map(normalDistribution), [0, 1, Number.NaN]);
});

test("the density is its slope", () => {
  for (const x of [-6, -2, -0.4, 0, 1, 1.99, 3]) {
    const slope = (normalDistribution(x + 1e-5) - normalDistribution(x - 1e-5)) / 2e-5;
    assert.ok(Math.abs(normalDensity(x) - slope) < 1e-10, `at ${x}`);
  }
});
