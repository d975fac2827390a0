import assert from "node:assert/strict";
import { test } from "node:test";
import { compareSamples, meanInterval } from "../../src/report/significance.ts";

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);

// Welch's published examples for such code, with p as R's t.test gives it.
const a = [19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0];
const b = [28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7, 23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 24.0, 13.2];

test("Welch's p agrees with R for samples of unlike size and variance", () => {
  near(compareSamples(a, b).p, 0.0359722710297968, 1e-9);
  near(compareSamples([3.0, 4.0, 1.0, 2.1], [490.2, 340.0, 433.9]).p, 0.010751561149785, 1e-9);
});

test("Hedges' g of two samples one standard deviation apart", () => {
  // Variances 1, means 2 and 3: d = -1, correction 1 - 3 / (4 * 4 - 1) = 0.8.
  near(compareSamples([1, 2, 3], [2, 3, 4]).effect, -0.8, 1e-12);
});

test("the bootstrap interval covers the difference, is the same every time, and turns round with the samples", () => {
  const [one, again, turned] = [compareSamples(a, b), compareSamples(a, b), compareSamples(b, a)];
  assert.deepEqual(one, again);
  assert.ok(one.low < one.difference && one.difference < one.high && one.high < 0);
  near(turned.low, -one.high, 0.15);
});

test("samples that do not vary are equal or certainly different, and one value is refused", () => {
  near(compareSamples([1, 1], [1, 1]).p, 1, 1e-9);
  assert.equal(compareSamples([1, 1], [1, 1]).effect, 0);
  assert.equal(compareSamples([2, 2], [1, 1]).p, 0);
  assert.throws(() => compareSamples([1], [1, 2]), /samples of 1 and 2 values/);
});

test("an interval of a mean uses Student's t: 12.706 for two values, 2.776 for five", () => {
  near(meanInterval([0, 2]).high - 1, 12.7062, 1e-3);
  near(meanInterval([1, 2, 3, 4, 5]).high - 3, 2.776445 * Math.sqrt(2.5 / 5), 1e-5);
});
