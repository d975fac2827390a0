import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ADVANTAGE_KINDS, type AdvantageKind, groupAdvantages, rewardStatistics, type Score } from "../../src/rl/advantages.ts";

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < 1e-12, `advantage ${i}: ${actual[i]}, expected ${value}`);
  });
}

// Group 1: mean 0.25, squared deviations 0.0625 * 3 + 0.5625 = 0.75, unbiased variance 0.25. Group 2: mean 2, variance 4 / 3.
const rewards = [1, 0, 0, 0, 3, 1, 1, 3];

test("grpo: centred, over the unbiased standard deviation plus 1e-6", () => {
  const one = 0.5 + 1e-6;
  const two = Math.sqrt(4 / 3) + 1e-6;
  const expected = [0.75 / one, -0.25 / one, -0.25 / one, -0.25 / one, 1 / two, -1 / two, -1 / two, 1 / two];
  close(groupAdvantages(rewards, 4), expected);
  close(groupAdvantages(rewards, 4, "group"), expected);
});

test("dr-grpo: centred only; rloo: against the mean of the others", () => {
  close(groupAdvantages(rewards, 4, "dr-grpo"), [0.75, -0.25, -0.25, -0.25, 1, -1, -1, 1]);
  close(groupAdvantages(rewards, 4, "none"), [0.75, -0.25, -0.25, -0.25, 1, -1, -1, 1]);
  close(groupAdvantages(rewards, 4, "rloo"), [1, -1 / 3, -1 / 3, -1 / 3, 3 - 5 / 3, 1 - 7 / 3, 1 - 7 / 3, 3 - 5 / 3]);
});

test("batch: centred in the group, over the standard deviation of the whole batch", () => {
  // Mean 9 / 8; sum of squares 21; unbiased variance (21 - 81 / 8) / 7.
  const scale = 1 / (Math.sqrt((21 - 81 / 8) / 7) + 1e-6);
  close(
    groupAdvantages(rewards, 4, "batch"),
    [0.75, -0.25, -0.25, -0.25, 1, -1, -1, 1].map((value) => value * scale),
  );
});

test("groups of one, without spread or without scores get exactly 0", () => {
  for (const kind of ADVANTAGE_KINDS) {
    assert.deepEqual([...groupAdvantages([5, 1], 1, kind)], [0, 0]);
    assert.deepEqual([...groupAdvantages([0.1, 0.1, 0.1, null, null, null, null, 4, null], 3, kind)], Array(9).fill(0));
  }
});

test("an unscored completion gets 0 and leaves its group's statistics alone", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 6 }), fc.nat(5), fc.nat(5), (scored, place, which) => {
      const kind = ADVANTAGE_KINDS[which] as AdvantageKind;
      const at = place % (scored.length + 1);
      const withNull: Score[] = [...scored.slice(0, at), null, ...scored.slice(at)];
      const advantages = [...groupAdvantages(withNull, withNull.length, kind)];
      assert.equal(advantages.splice(at, 1)[0], 0);
      close(advantages, [...groupAdvantages(scored, scored.length, kind)]);
      assert.ok(Math.abs(advantages.reduce((a, b) => a + b, 0)) < 1e-9);
    }),
  );
});

test("statistics under TRL's names", () => {
  const { reward, reward_std, frac_reward_zero_std } = rewardStatistics([1, 0, 0, 0, 2, 2, 2, null, null, null, null, null], 4);
  close([reward, reward_std, frac_reward_zero_std], [1, 0.5 / 3, 2 / 3]);
  assert.ok(Number.isNaN(rewardStatistics([null], 1).reward));
});

test("rewards that do not divide into groups are refused", () => {
  for (const [list, size] of [[[1, 2, 3], 2] as const, [[], 2] as const, [[1], 0] as const, [[1, 2], 1.5] as const]) {
    assert.throws(() => groupAdvantages(list, size), /do not divide into groups of/);
    assert.throws(() => rewardStatistics(list, size), /do not divide into groups of/);
  }
});
