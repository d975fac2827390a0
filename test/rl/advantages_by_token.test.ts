import assert from "node:assert/strict";
import { test } from "node:test";
import { advantagesByToken } from "../../src/rl/advantages/by_token.ts";
import { ADVANTAGE_NAMES, advantages, differingGroups, rewardStatistics } from "../../src/rl/advantages/index.ts";
import { close, of, rewards } from "./advantage_values.ts";

test("by token: completions that have ended are not compared with those that go on", () => {
  const tokens = [[1, 0, 2], [0], [0, 0, 0], [1, 1]];
  const [a, b, c, d] = advantagesByToken(advantages["dr-grpo"], { rewards: [3, 0, 0, 2], byToken: tokens }, { groupSize: 4 });
  // Rewards to go at token 0: 3, 0, 0, 2; at token 1: 2, -, 0, 1; at token 2: 2, -, 0, -.
  close(a!, [3 - 1.25, 2 - 1, 2 - 1]);
  close(b!, [-1.25]);
  close(c!, [-1.25, -1, -1]);
  close(d!, [2 - 1.25, 0]);
});

test("by token: at the first token every advantage is that of the whole completions", () => {
  const byToken = rewards.map((reward, i) => [reward / 2, ...Array<number>(i % 3).fill(0), reward / 2]);
  for (const name of ADVANTAGE_NAMES) {
    const first = advantagesByToken(advantages[name], { rewards, byToken }, { groupSize: 4, k: 2, lambda: 0.1 }).map((own) => own[0]!);
    close(first, of(name, rewards, 4, { k: 2, lambda: 0.1 }));
  }
});

test("by token: a completion without a score has advantage 0 at every token, and takes no part in those of the others", () => {
  const scored = [[0.5, 0.5], [0, 0], [1]];
  const without = [...scored, [0, 0, 0], [0]];
  for (const name of ADVANTAGE_NAMES.filter((one) => one !== "pass@k")) {
    const alone = advantagesByToken(advantages[name], { rewards: [1, 0, 1], byToken: scored }, { groupSize: 3 });
    const among = advantagesByToken(advantages[name], { rewards: [1, 0, 1, null, null], byToken: without }, { groupSize: 5 });
    assert.deepEqual(among, [...alone, new Float64Array(3), new Float64Array(1)], name);
  }
});

test("groups differ where what completions still earn differs at a token, as advantages do", () => {
  const byToken = [[1, 0], [0, 1], [0, 1], [1], [0, 1], [0, 1], [0, 0], [1, 0]].map((list) => Float64Array.from(list));
  const sums = { rewards: [1, 1, 1, 1, 1, 1, null, 1], byToken };
  assert.deepEqual(differingGroups(sums, 2), [0]);
  assert.deepEqual(differingGroups({ rewards: sums.rewards }, 2), []);
  assert.deepEqual(differingGroups({ rewards: [1, 0, 1, 1, null, 2, 0, 0.5] }, 2), [0, 3]);
  assert.equal(rewardStatistics(sums.rewards, 2, byToken).frac_reward_zero_std, 3 / 4);
  const teaching = advantagesByToken(advantages.grpo, sums, { groupSize: 2 }).map((own) => own.some((advantage) => advantage !== 0));
  assert.deepEqual(teaching, [true, true, false, false, false, false, false, false]);
});
