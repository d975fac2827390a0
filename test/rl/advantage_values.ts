import assert from "node:assert/strict";
import { type AdvantageInput, type AdvantageName, advantages, type Score } from "../../src/rl/advantages/index.ts";

export function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < tolerance, `advantage ${i}: ${actual[i]}, expected ${value}`);
  });
}

export const of = (name: AdvantageName, rewards: readonly Score[], groupSize: number, more: Partial<AdvantageInput> = {}): number[] => [
  ...advantages[name]({ rewards, groupSize, ...more }),
];

// Group 1: mean 0.25, squared deviations 0.0625 * 3 + 0.5625 = 0.75, unbiased variance 0.25. Group 2: mean 2, variance 4 / 3.
export const rewards = [1, 0, 0, 0, 3, 1, 1, 3];
