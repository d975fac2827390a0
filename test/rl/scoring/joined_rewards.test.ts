import assert from "node:assert/strict";
import { test } from "node:test";
import { joinRewards, pickRewards } from "../../../src/rl/scoring/joined_rewards.ts";
import { combineRewards, type RewardScore } from "../../../src/rl/scoring/rewards.ts";

const punishment = { name: "long", reward: () => [-0.5, -0.5] };

/** Two completions of two tokens each, with these scores. */
async function rollout(scores: readonly RewardScore[], options: Parameters<typeof combineRewards>[1] = {}) {
  const ids = [
    [7, 8],
    [7, 9],
  ];
  const input = { prompts: ["a", "a"], completions: ["1", "2"], completionIds: ids, columns: {}, state: { step: 0 } };
  const functions = [{ name: "own", weight: 2, reward: () => scores, onError: "unscored" as const }];
  return { entries: ids.map((ids) => ({ completion: { ids } })), scores: await combineRewards(functions, options)(input) };
}

test("rollouts without rewards of tokens count at their last tokens beside those that have them, whichever comes first", async () => {
  const [ofTokens, whole] = [
    await rollout([
      [1, 0],
      [0, 1],
    ]),
    await rollout([3, null]),
  ];
  const [one, other] = [
    [Float64Array.of(2, 0), Float64Array.of(0, 2)],
    [Float64Array.of(0, 6), Float64Array.of(0, 0)],
  ];
  assert.deepEqual(joinRewards([ofTokens, whole]).byToken, [...one, ...other]);
  assert.deepEqual(joinRewards([whole, ofTokens]).byToken, [...other, ...one]);
  assert.deepEqual(joinRewards([whole, ofTokens]).rewards, [6, null, 2, 2]);
  assert.equal(joinRewards([whole, whole]).byToken, undefined);
});

test("the sums without a punishment stay beside those with it, where every rollout has them", async () => {
  const rollouts = [await rollout([1, 0], { punishment }), await rollout([[1, 0], null], { punishment })] as const;
  const all = joinRewards(rollouts);
  assert.deepEqual(all.rewards, [1.5, -0.5, 1.5, null]);
  assert.deepEqual(all.byToken, [Float64Array.of(0, 1.5), Float64Array.of(0, -0.5), Float64Array.of(2, -0.5), Float64Array.of(0, 0)]);
  assert.deepEqual(all.unpunished!.rewards, [2, 0, 2, null]);
  assert.deepEqual(all.unpunished!.byToken, [Float64Array.of(0, 2), Float64Array.of(0, 0), Float64Array.of(2, 0), Float64Array.of(0, 0)]);
  const second = pickRewards(all, (items) => items.slice(2));
  assert.deepEqual({ ...second, failures: new Map([["own", []]]) }, rollouts[1].scores);
  const { unpunished: _, ...kept } = rollouts[1].scores;
  assert.equal(joinRewards([rollouts[0], { ...rollouts[1], scores: kept }]).unpunished, undefined);
});
