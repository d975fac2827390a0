import assert from "node:assert/strict";
import { test } from "node:test";
import { meanPassAtK, passAtK } from "../../../src/rl/evaluation/pass_at_k.ts";

/** Share of the k-subsets of n completions, the first c right, that hold a right one: by listing them all. */
function counted(n: number, c: number, k: number): number {
  let subsets = 0;
  let hits = 0;
  for (let bits = 0; bits < 2 ** n; bits++) {
    const members = Array.from({ length: n }, (_, i) => i).filter((i) => bits & (1 << i));
    if (members.length !== k) continue;
    subsets++;
    if (members.some((i) => i < c)) hits++;
  }
  return hits / subsets;
}

test("equals the share of subsets with a right completion", () => {
  for (let n = 1; n <= 7; n++) {
    for (let c = 0; c <= n; c++) {
      for (let k = 1; k <= n; k++) assert.ok(Math.abs(passAtK(n, c, k) - counted(n, c, k)) < 1e-12, `n ${n} c ${c} k ${k}`);
    }
  }
  assert.equal(passAtK(1000, 0, 500), 0);
  assert.ok(Math.abs(passAtK(1000, 1, 500) - 0.5) < 1e-9);
});

test("the mean is over problems", () => {
  assert.ok(Math.abs(meanPassAtK(4, [0, 4, 1], 2) - (0 + 1 + 0.5) / 3) < 1e-12);
  assert.throws(() => meanPassAtK(4, [], 2), /no problems/);
});

test("what is not defined is refused", () => {
  for (const [n, c, k] of [[4, 5, 1] as const, [4, -1, 1] as const, [4, 1, 5] as const, [4, 1, 0] as const, [4, 0.5, 1] as const]) {
    assert.throws(() => passAtK(n, c, k), /is not defined/);
  }
});
