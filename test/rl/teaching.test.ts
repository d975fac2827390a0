import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { advantagesByToken } from "../../src/rl/advantages/by_token.ts";
import { ADVANTAGE_NAMES, type AdvantageName, advantages, differingGroups, type RewardPart } from "../../src/rl/advantages/index.ts";
import { groupsThatTeach } from "../../src/rl/advantages/teaching.ts";

const teaching = (advantage: AdvantageName, rewards: readonly (number | null)[], parts: readonly RewardPart[] = []): number[] =>
  groupsThatTeach({ rewards, parts }, { advantage, advantageK: 4, completions: rewards.length / 2 });

test("by hand: which of two groups teach", () => {
  const fewWrong = [1, 1, 1, 1, 1, 0, 0, 0];
  const fourWrong = [1, 1, 1, 1, 0, 0, 0, 0];
  assert.deepEqual(teaching("pass@k", [...fewWrong, ...fourWrong]), [1]);
  assert.deepEqual(teaching("pass@k", [...fourWrong, ...fewWrong.map((reward) => reward / 2)]), [0], "nothing is right");
  assert.deepEqual(teaching("grpo", [...fewWrong, ...fourWrong]), [0, 1]);
  assert.deepEqual(teaching("maxrl", [-1, 0, 0, 0, -1, 3, 0, 0]), [1]);
  const parts = [
    { weight: 1, scores: [1, 0, 1, 0, 1, 1, 1, 1] },
    { weight: 0.5, scores: [0, 2, 0, 2, 0, 0, 0, 0] },
  ];
  assert.deepEqual(teaching("gdpo", Array(8).fill(1), parts), [0]);
  assert.deepEqual(teaching("grpo", Array(8).fill(1), parts), []);
});

const reward = fc.option(fc.double({ min: -2, max: 2, noNaN: true }), { freq: 6 });
const coarse = fc.option(fc.integer({ min: -1, max: 2 }), { freq: 6 });
const lengths = { minLength: 12, maxLength: 12 };

test("random batches: the groups whose advantages in the batch are not all 0", () => {
  const property = fc.property(fc.array(coarse, lengths), fc.array(coarse, lengths), fc.integer({ min: 1, max: 3 }), (one, other, k) => {
    const parts = [one, other].map((scores) => ({ weight: 1, scores }));
    const rewards = one.map((own, i) => (own === null && other[i] === null ? null : (own ?? 0) + (other[i] ?? 0)));
    for (const advantage of ADVANTAGE_NAMES.filter((name) => advantages[name].comparesWithinGroups)) {
      const values = advantages[advantage]({ rewards, parts, groupSize: 4, k });
      const expected = [0, 1, 2].filter((group) => values.slice(4 * group, 4 * group + 4).some((value) => value !== 0));
      assert.deepEqual(groupsThatTeach({ rewards, parts }, { advantage, advantageK: k, completions: 4 }), expected, advantage);
    }
  });
  fc.assert(property, { numRuns: 200 });
});

test("random batches: other methods than pass@k, gdpo and maxrl go by whether rewards differ, of completions and of tokens", () => {
  const others = ADVANTAGE_NAMES.filter((name) => !["pass@k", "gdpo", "maxrl"].includes(name));
  const tokens = fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 3 }), lengths);
  const property = fc.property(fc.oneof(fc.array(reward, lengths), fc.array(coarse, lengths)), tokens, (rewards, given) => {
    const byToken = given.map((own) => Float64Array.from(own));
    for (const sums of [{ rewards }, { rewards, byToken }]) {
      for (const advantage of others) {
        const taught = groupsThatTeach({ ...sums, parts: [] }, { advantage, advantageK: 4, completions: 4 });
        assert.deepEqual(taught, differingGroups(sums, 4), advantage);
      }
    }
    const values = advantagesByToken(advantages.maxrl, { rewards, byToken }, { groupSize: 4 });
    const expected = [0, 1, 2].filter((group) => values.slice(4 * group, 4 * group + 4).some((own) => own.some((value) => value !== 0)));
    const options = { advantage: "maxrl", advantageK: 4, completions: 4 } as const;
    assert.deepEqual(groupsThatTeach({ rewards, byToken, parts: [] }, options), expected);
  });
  fc.assert(property, { numRuns: 200 });
});
