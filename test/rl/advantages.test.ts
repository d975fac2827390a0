import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ADVANTAGE_NAMES, type AdvantageName, advantages, rewardStatistics, type Score } from "../../src/rl/advantages/index.ts";
import { close, of, rewards } from "./advantage_values.ts";

test("grpo: centred, over the unbiased standard deviation plus 1e-6", () => {
  const one = 0.5 + 1e-6;
  const two = Math.sqrt(4 / 3) + 1e-6;
  close(of("grpo", rewards, 4), [0.75 / one, -0.25 / one, -0.25 / one, -0.25 / one, 1 / two, -1 / two, -1 / two, 1 / two]);
});

test("dr-grpo: centred only; rloo: against the mean of the others; none: the reward itself", () => {
  close(of("dr-grpo", rewards, 4), [0.75, -0.25, -0.25, -0.25, 1, -1, -1, 1]);
  close(of("rloo", rewards, 4), [1, -1 / 3, -1 / 3, -1 / 3, 3 - 5 / 3, 1 - 7 / 3, 1 - 7 / 3, 3 - 5 / 3]);
  close(of("none", [1, null, -2, 0.5], 2), [1, 0, -2, 0.5]);
});

// Mean 9 / 8; sum of squares 21; unbiased variance (21 - 81 / 8) / 7.
const batchStd = Math.sqrt((21 - 81 / 8) / 7) + 1e-6;

test("batch: centred in the group, over the standard deviation of the whole batch", () => {
  close(
    of("batch", rewards, 4),
    [0.75, -0.25, -0.25, -0.25, 1, -1, -1, 1].map((value) => value / batchStd),
  );
});

test("reinforce++: centred and scaled over the whole batch, so that a constant group still teaches", () => {
  close(
    of("reinforce++", rewards, 4),
    rewards.map((reward) => (reward - 9 / 8) / batchStd),
  );
  // Mean 1 / 2, unbiased std sqrt(4 / 4 / 3).
  const half = 0.5 / (Math.sqrt(1 / 3) + 1e-6);
  close(of("reinforce++", [1, 1, 0, 0], 2), [half, half, -half, -half]);
  close(of("reinforce++", [1, 1, null, 1], 2), [0, 0, 0, 0]);
});

test("nsr, psr and w-reinforce: signs of right (1 or more) and wrong, whatever the group", () => {
  const mixed = [1, 0.9, 0, null, 2, -3];
  assert.deepEqual(of("nsr", mixed, 2), [0, -1, -1, 0, 0, -1]);
  assert.deepEqual(of("psr", mixed, 2), [1, 0, 0, 0, 1, 0]);
  assert.deepEqual(of("w-reinforce", mixed, 2), [0.1, -1, -1, 0, 0.1, -1]);
  assert.deepEqual(of("w-reinforce", mixed, 2, { lambda: 0 }), of("nsr", mixed, 2));
  assert.deepEqual(of("w-reinforce", [0, 0], 2), [-1, -1], "a group of wrong answers still teaches, as in the paper");
  const sum = 0.7 + 0.2 + 0.1;
  assert.ok(sum < 1);
  assert.deepEqual(of("nsr", [sum, 0.999], 2), [0, -1], "weights that sum to 1 but for rounding");
});

test("pass@k by hand: 4 completions, 1 right, k 2", () => {
  // Of the 6 pairs, the 3 with the right one pass: mean 1/2, std 1/2. A wrong one is in 3 pairs, of which 1 passes.
  close(of("pass@k", [1, 0, 0, 0], 4, { k: 2 }), [1, -1 / 3, -1 / 3, -1 / 3]);
  // 2 right: 5 of 6 pairs pass; a wrong one is in 3 pairs, of which 2 pass.
  const std = Math.sqrt((5 / 6) * (1 / 6));
  close(
    of("pass@k", [1, 1, 0, 0], 4, { k: 2 }),
    [1 / 6, 1 / 6, -1 / 6, -1 / 6].map((value) => value / std),
  );
  // 3 right: every pair passes, so nothing is left to learn; 2 wrong ones are fewer than k 3 as well.
  assert.deepEqual(of("pass@k", [1, 1, 1, 0], 4, { k: 2 }), [0, 0, 0, 0]);
  assert.deepEqual(of("pass@k", [1, 1, 0, 0], 4, { k: 3 }), [0, 0, 0, 0]);
  assert.deepEqual(of("pass@k", [1, 0, null, 0], 4, { k: 3 }), [0, 0, 0, 0], "three scored have one subset of 3");
});

function subsetsOf(count: number, k: number, from = 0): number[][] {
  if (k === 0) return [[]];
  return Array.from({ length: Math.max(0, count - from) }, (_, i) => from + i).flatMap((first) =>
    subsetsOf(count, k - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

test("pass@k: the mean over all subsets of k that a completion is in, centred and scaled over the subsets", () => {
  const outcomes = fc.array(fc.constantFrom<Score>(0, 1, null), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(outcomes, fc.integer({ min: 1, max: 4 }), (group, k) => {
      const scored = group.filter((reward) => reward !== null);
      const subsets = subsetsOf(scored.length, k);
      const passes = (subset: readonly number[]): number => (subset.some((i) => scored[i] === 1) ? 1 : 0);
      const mean = subsets.reduce((sum, subset) => sum + passes(subset), 0) / subsets.length;
      const std = Math.sqrt(subsets.reduce((sum, subset) => sum + (passes(subset) - mean) ** 2, 0) / subsets.length);
      const ofMember = (member: number): number => {
        const mine = subsets.filter((subset) => subset.includes(member));
        return std > 1e-9 ? (mine.reduce((sum, subset) => sum + passes(subset), 0) / mine.length - mean) / std : 0;
      };
      let member = 0;
      const expected = group.map((reward) => (reward === null ? 0 : ofMember(member++)));
      close(of("pass@k", group, group.length, { k }), expected, 1e-9);
    }),
  );
});

test("gdpo by hand: each reward normalised by itself, then the weighted sum over the batch's std", () => {
  const right = { scores: [1, 0, 0, 1], weight: 1 };
  const short = { scores: [10, 30, 20, 20], weight: 0.5 };
  // Groups of two: right gives +-z with z = 0.5 / (sqrt(1/2) + 1e-6); short gives -+y in group 1 and nothing in group 2.
  const z = 0.5 / (Math.SQRT1_2 + 1e-6);
  const y = 10 / (Math.sqrt(200) + 1e-6);
  const sums = [z - 0.5 * y, -z + 0.5 * y, -z, z];
  const std = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0) / 3) + 1e-6;
  const total = [6, 15, 10, 11];
  close(
    of("gdpo", total, 2, { parts: [right, short] }),
    sums.map((value) => value / std),
  );
});

test("gdpo: functions that cancel in a group leave exactly 0", () => {
  const scores = [0.1, 0.7, 0.2];
  const parts = [scores, scores.map((score) => 1 - score)].map((own) => ({ scores: own, weight: 1 }));
  assert.deepEqual([...advantages.gdpo({ rewards: [1, 1, 1], groupSize: 3, parts })], [0, 0, 0]);
});

test("gdpo: the scale of one reward drowns no other; unscored parts add nothing", () => {
  const right = { scores: [1, 0, 0, 1, 0, 0], weight: 1 };
  const lengths = [3, 1, 2, 5, 9, 7];
  const by = (scale: number): number[] =>
    of("gdpo", [0, 0, 0, 0, 0, 0], 3, { parts: [right, { scores: lengths.map((value) => value * scale), weight: 1 }] });
  close(by(1000), by(1), 1e-5);
  const alone = of("gdpo", [1, 0, 0, 1, 0, 0], 3);
  close(of("gdpo", right.scores, 3, { parts: [right, { scores: [null, null, null, 4, 4, 4], weight: 9 }] }), alone);
  assert.deepEqual(of("gdpo", [null, 1, 0, 2, 2, 2], 3, { parts: [{ scores: [null, 1, 0, 2, 2, 2], weight: 1 }] }).slice(3), [0, 0, 0]);
});

const grouped = ADVANTAGE_NAMES.filter((name) => advantages[name].comparesWithinGroups);

test("groups of one, without spread or without scores get exactly 0 where completions are compared", () => {
  for (const name of grouped) {
    assert.deepEqual(of(name, [5, 1], 1), [0, 0], name);
    assert.deepEqual(of(name, [0.1 + 0.2, 0.3, 0.3, 1e9 + 1e-4, 1e9, 1e9], 3), Array(6).fill(0), `${name}: equal but for rounding`);
    assert.deepEqual(of(name, [0.1, 0.1, 0.1, null, null, null, null, 4, null], 3), Array(9).fill(0), name);
  }
  for (const name of ADVANTAGE_NAMES.filter((other) => !advantages[other].comparesWithinGroups)) {
    assert.ok(
      of(name, [5, 0], 1).some((value) => value !== 0),
      `${name} learns from single completions`,
    );
  }
});

const randomBatch = fc.integer({ min: 1, max: 5 }).chain((groupSize) =>
  fc.record({
    groupSize: fc.constant(groupSize),
    rewards: fc
      .array(fc.array(fc.option(fc.integer({ min: -3, max: 3 }), { freq: 5 }), { minLength: groupSize, maxLength: groupSize }), {
        minLength: 1,
        maxLength: 4,
      })
      .map((groups) => groups.flat()),
  }),
);

test("random batches: finite, unscored 0, groups sum to 0, order does not matter", () => {
  fc.assert(
    fc.property(randomBatch, fc.constantFrom(...ADVANTAGE_NAMES), fc.integer({ min: 1, max: 3 }), (given, name, k) => {
      const { rewards: batch, groupSize } = given;
      const values = of(name, batch, groupSize, { k });
      assert.equal(values.length, batch.length);
      batch.forEach((reward, i) => {
        assert.ok(Number.isFinite(values[i]), `${name}: ${values[i]}`);
        if (reward === null) assert.equal(values[i], 0);
      });
      for (let begin = 0; grouped.includes(name) && begin < batch.length; begin += groupSize) {
        // Without a message Node looks for the source of the assertion, which takes minutes here.
        assert.ok(Math.abs(values.slice(begin, begin + groupSize).reduce((a, b) => a + b, 0)) < 1e-8, `${name}: a group's sum is not 0`);
      }
      const reversed = of(name, [...batch].reverse(), groupSize, { k }).reverse();
      close(reversed, values, 1e-9);
    }),
    { numRuns: 300 },
  );
});

test("random batches: reinforce++ sums to 0 over the batch; scaling rewards changes no normalised advantage", () => {
  fc.assert(
    fc.property(randomBatch, fc.constantFrom("grpo", "batch", "reinforce++", "gdpo"), (given, name: AdvantageName) => {
      const values = of(name, given.rewards, given.groupSize);
      if (name === "reinforce++") assert.ok(Math.abs(values.reduce((a, b) => a + b, 0)) < 1e-8);
      const scaled = given.rewards.map((reward) => (reward === null ? null : 7 * reward));
      close(of(name, scaled, given.groupSize), values, 1e-4);
    }),
  );
});

test("an unscored completion leaves its group's statistics alone", () => {
  const scores = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(scores, fc.nat(5), fc.constantFrom(...ADVANTAGE_NAMES), (scored, place, name) => {
      const at = place % (scored.length + 1);
      const withNull: Score[] = [...scored.slice(0, at), null, ...scored.slice(at)];
      const values = of(name, withNull, withNull.length);
      assert.equal(values.splice(at, 1)[0], 0);
      close(values, of(name, scored, scored.length));
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
    for (const name of ADVANTAGE_NAMES) assert.throws(() => of(name, list, size), /do not divide into groups of/, name);
    assert.throws(() => rewardStatistics(list, size), /do not divide into groups of/);
  }
});

test("maxrl by hand: centred, over the mean; a rare right answer weighs the inverse of its share", () => {
  // Group 1 has mean 0.25, group 2 mean 2.
  close(of("maxrl", rewards, 4), [3, -1, -1, -1, 0.5, -0.5, -0.5, 0.5]);
  close(of("maxrl", [1, 1, 1, 0], 4), [1 / 3, 1 / 3, 1 / 3, -1]);
  close(of("maxrl", [1, null, 0, 0], 4), [2, 0, -1, -1]);
});

test("maxrl: a group whose mean is 0 or below gets 0, and the sum of 1 / p over right answers is that of the gradient of log p", () => {
  assert.deepEqual(of("maxrl", [0, 0, 1, -1, -3, 1], 2), [0, 0, 0, 0, 0, 0]);
  for (const right of [1, 3, 7]) {
    const group = Array.from({ length: 8 }, (_, i) => (i < right ? 1 : 0));
    const weights = of("maxrl", group, 8);
    // (1 / K) sum of the scores of the K right answers, less the mean score: the paper's estimator with its baseline.
    close(
      weights.map((weight) => weight / 8),
      group.map((reward) => reward / right - 1 / 8),
    );
  }
});

test("gepo by hand: damps what would push a group's entropy out of its band, and nothing else", () => {
  const band = { low: 0.3, high: 0.6, damping: 0.25 };
  const plain = of("grpo", [1, 0, 1, 0, 1, 0, 1, 0], 2);
  const damped = of("gepo", [1, 0, 1, 0, 1, 0, 1, 0], 2, { groupEntropies: [0.1, 0.3, 0.6, 0.9], band });
  const factors = [0.25, 1, 1, 1, 1, 1, 1, 0.25];
  close(
    damped,
    plain.map((advantage, i) => factors[i]! * advantage),
  );
  assert.deepEqual(of("gepo", [1, 0], 2, { groupEntropies: [0.1], band: { ...band, damping: 0 } })[0], 0);
  assert.deepEqual(of("gepo", rewards, 4), of("grpo", rewards, 4), "without entropies");
});
