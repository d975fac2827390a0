import assert from "node:assert/strict";
import { test } from "node:test";
import { meanInterval } from "../../src/report/significance.ts";

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);

test("an interval of a mean uses Student's t: 12.706 for two values, 2.776 for five", () => {
  near(meanInterval([0, 2]).high - 1, 12.7062, 1e-3);
  near(meanInterval([1, 2, 3, 4, 5]).high - 3, 2.776445 * Math.sqrt(2.5 / 5), 1e-5);
});
