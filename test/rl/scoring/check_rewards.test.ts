import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRewards } from "../../../src/rl/scoring/check_rewards.ts";
import type { NamedReward } from "../../../src/rl/scoring/reward_function.ts";

const right: NamedReward = { name: "right", reward: ({ completions }) => completions.map(() => 1) };
const check = (more: object): void => checkRewards([right, { ...right, name: "mine", ...more }]);

test("a reward may have every key of its type, and leave out what is undefined", () => {
  check({ weight: -0.5, column: "answer", onError: "unscored", timeout: 86_400 });
  check({ weight: undefined, column: undefined, onError: undefined, timeout: undefined });
});

test("a reward with a key that no reward has, or a value out of its bounds, is refused by its place", () => {
  const seconds = "it must be a number above 0 and at most 86400";
  for (const [more, message] of [
    [{ wieght: 0.5 }, "rewards.1.wieght is not a known key; did you mean weight?"],
    [{ reward: undefined, rewrad: right.reward }, "rewards.1.rewrad is not a known key; did you mean reward?"],
    [{ as: "x" }, "rewards.1.as is not a known key; rewards.1 has the keys name, reward, weight, column, onError, timeout"],
    [{ onError: "unscore" }, 'rewards.1.onError is "unscore"; it must be one of unscored, stop; did you mean unscored?'],
    [{ onError: () => null }, "rewards.1.onError is a function; it must be one of unscored, stop"],
    [{ timeout: 1e7 }, `rewards.1.timeout is 10000000; ${seconds}`],
    [{ timeout: 0 }, `rewards.1.timeout is 0; ${seconds}`],
    [{ timeout: -1 }, `rewards.1.timeout is -1; ${seconds}`],
    [{ timeout: Number.NaN }, `rewards.1.timeout is NaN; ${seconds}`],
    [{ timeout: "5" }, `rewards.1.timeout is "5"; ${seconds}`],
    [{ column: 3 }, "rewards.1.column is 3; it must be the name of a column"],
    [{ weight: "1" }, 'rewards.1.weight is "1"; it must be a finite number'],
    [{ name: "" }, 'rewards.1.name is ""; it must be a text'],
    [
      { reward: { name: "math", reward: () => [1] } },
      "rewards.1.reward has a function and a name of its own; spread it, as in { ...rewardFunctions.math(), weight: 2 }",
    ],
    [{ reward: undefined }, "rewards.1.reward is missing; it must be a function; rewardFunctions makes those that configurations name"],
  ] as const) {
    assert.throws(() => check(more), { name: "ConfigError", message });
  }
});

test("a bare function, where only mappings are taken, is answered with a mapping", () => {
  const message = "rewards.0 is a function; it must be a mapping { name, reward, weight } here";
  assert.throws(() => checkRewards([right.reward as unknown as NamedReward]), { name: "ConfigError", message });
});
