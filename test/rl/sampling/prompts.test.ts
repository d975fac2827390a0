import assert from "node:assert/strict";
import { test } from "node:test";
import { problemsOfStep } from "../../../src/rl/sampling/prompts.ts";

const TEN = Array.from({ length: 10 }, (_, i) => i);

/** The problems of an epoch, which takes two steps. */
function epoch(seed: number, number: number): number[] {
  return [2 * number, 2 * number + 1].flatMap((step) => problemsOfStep(TEN, { seed, step, count: 5 }));
}

test("an epoch has every problem once, in an order of its own that follows from the seed", () => {
  const orders = [epoch(3, 0), epoch(3, 1), epoch(4, 0), epoch(4, 1)];
  for (const order of orders) assert.deepEqual(order.toSorted(), TEN);
  assert.equal(new Set([TEN, ...orders].map(String)).size, 5, "all orders differ, also from that of the problems");
  assert.deepEqual(epoch(3, 0), orders[0]);
});
