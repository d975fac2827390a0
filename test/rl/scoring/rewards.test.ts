import assert from "node:assert/strict";
import { test } from "node:test";
import { combineRewards, type RewardFunction, type RewardInput, rewardMetrics, taskReward } from "../../../src/rl/scoring/rewards.ts";
import { tasks } from "../../../src/tasks/index.ts";

const input: RewardInput = {
  prompts: ["375=022:", "375=022:", "123=006:"],
  completions: ["3*5+7$", "3+5+7$", "1*2*3$"],
  completionIds: [[3, 12, 5, 10, 7, 15], [], []],
  columns: { level: [1, 1, 2] },
  state: { step: 4 },
};

test("several functions, sync and async, are weighted; null drops out of the sum", async () => {
  const { rewards, byFunction, parts } = await combineRewards([
    { name: "correct", reward: () => [1, 0, null] },
    { name: "short", weight: 0.5, reward: async () => [2, null, null] },
  ])(input);
  assert.deepEqual(rewards, [2, 0, null]);
  assert.deepEqual(byFunction.get("short"), [2, null, null]);
  assert.deepEqual(parts, [
    { weight: 1, scores: [1, 0, null] },
    { weight: 0.5, scores: [2, null, null] },
  ]);
  assert.deepEqual(rewardMetrics({ byFunction }), {
    "rewards/correct/mean": 0.5,
    "rewards/correct/std": Math.SQRT1_2,
    "rewards/short/mean": 2,
    "rewards/short/std": 0,
  });
});

test("a function is told prompts, completions, ids, columns and state", async () => {
  let told: RewardInput | undefined;
  const spy: RewardFunction = (given) => {
    told = given;
    return given.columns.level!.map((level) => (level as number) + given.state.step + given.completionIds[0]!.length);
  };
  assert.deepEqual((await combineRewards([{ name: "spy", reward: spy }])(input)).rewards, [11, 11, 12]);
  assert.equal(told, input);
});

test("a task's reward is a reward function under its name", async () => {
  const { rewards, byFunction } = await combineRewards([taskReward(tasks.countdown())])(input);
  assert.deepEqual(rewards, [1, 0, 1]);
  assert.deepEqual([...byFunction.keys()], ["countdown"]);
});

test("wrong returns are refused by the function's name", async () => {
  const returns = (value: unknown) => combineRewards([{ name: "mine", reward: () => value as number[] }])(input);
  await assert.rejects(returns([1, 2]), /"mine" returned 2 scores for 3 completions; return an array with one number or null each/);
  await assert.rejects(returns(undefined), /"mine" returned undefined for 3 completions/);
  await assert.rejects(
    returns([1, Number.NaN, 0]),
    /"mine" returned NaN for completion 1 \("3\+5\+7\$"\) of the prompt "375=022:"; return a finite number \(in 32 bits: up to 3\.4e38\), or null/,
  );
  await assert.rejects(returns([1, 1, Infinity]), /returned Infinity for completion 2/);
  await assert.rejects(returns([1, 1, "1"]), /returned "1" for completion 2/);
  await assert.rejects(returns([1, 1, undefined]), /returned undefined for completion 2/);
  await assert.rejects(returns([1, 1, 1e300]), /returned 1e\+300 for completion 2/);
  await assert.rejects(returns([1, 1n, 0]), /returned the bigint 1n for completion 1/);
  await assert.rejects(returns("110"), /returned "110" for 3 completions/);
  const throwing = combineRewards([{ name: "mine", reward: () => JSON.parse("{") as number[] }])(input);
  await assert.rejects(throwing, /^RewardError: Reward function "mine" failed on .*"375=022:": Expected property name.*; mend it/);
  const weighty = { name: "mine", reward: () => [1, 1, 1], weight: Number.NaN };
  assert.throws(() => combineRewards([weighty]), /rewards\.0\.weight is NaN; it must be a finite number/);
  assert.throws(() => combineRewards([]), /no reward function is given/);
  const same = { name: "same", reward: () => [1, 1, 1] };
  assert.throws(() => combineRewards([same, same]), /two reward functions are named "same"/);
});

test("a list rewards the tokens of a completion; beside it whole scores count at the last token, by weight", async () => {
  const { rewards, byFunction, byToken } = await combineRewards([
    { name: "digits", reward: () => [[1, 0.5, 0, 0, 0, 0], null, []] },
    { name: "short", weight: 0.5, reward: () => [2, null, 4] },
  ])(input);
  assert.deepEqual(rewards, [2.5, null, 2]);
  assert.deepEqual(byFunction.get("digits"), [1.5, null, 0]);
  assert.deepEqual(byToken, [Float64Array.of(1, 0.5, 0, 0, 0, 1), new Float64Array(0), new Float64Array(0)]);
  const whole = await combineRewards([{ name: "short", reward: () => [2, null, 4] }])(input);
  assert.equal(whole.byToken, undefined);
});

test("a list of another length than the completion, or with what is no finite number, is refused", async () => {
  for (const list of [[1], [1, 2, 3, 4, 5, Number.NaN], [1, 2, 3, 4, 5, null], Array<number>(6), [3e38, 3e38, 0, 0, 0, 0]]) {
    const wrong: RewardFunction = () => [list as number[], 0, 0];
    await assert.rejects(
      combineRewards([{ name: "digits", reward: wrong }])(input),
      /return a finite number \(in 32 bits: up to 3\.4e38\) for each of its 6 tokens/,
    );
  }
});

test("a punishment is added where a completion has a score, and stays out of what tells right from wrong", async () => {
  const functions = [
    { name: "right", reward: () => [1, null, null] },
    { name: "short", weight: 0.5, reward: () => [null, null, 4] },
  ];
  const punishment = { name: "long", reward: () => [-0.25, -1, -0.5] };
  const { rewards, byFunction, parts, byToken, unpunished } = await combineRewards(functions, { punishment })(input);
  assert.deepEqual(rewards, [0.75, null, 1.5]);
  assert.deepEqual(unpunished!.rewards, [1, null, 2]);
  assert.deepEqual(byFunction.get("long"), [-0.25, null, -0.5]);
  assert.deepEqual(parts[2], { weight: 1, scores: [-0.25, null, -0.5] });
  assert.equal(byToken, undefined);
  assert.equal((await combineRewards(functions)(input)).unpunished, undefined);
  const sameName = { name: "long", reward: () => [0, 0, 0] };
  assert.throws(() => combineRewards([sameName], { punishment }), /two reward functions are named "long"/);
});

test("beside rewards of tokens a punishment counts at the last one, and not where nothing was scored", async () => {
  const short = { ...input, completionIds: [[3, 12], [5, 10], [7]] };
  const punishment = { name: "long", reward: () => [-0.25, -1, -0.5] };
  const functions = [{ name: "digits", reward: () => [[1, 0.5], null, 2] }];
  const { byToken, unpunished } = await combineRewards(functions, { punishment })(short);
  assert.deepEqual(byToken, [Float64Array.of(1, 0.25), Float64Array.of(0, 0), Float64Array.of(1.5)]);
  assert.deepEqual(unpunished!.byToken, [Float64Array.of(1, 0.5), Float64Array.of(0, 0), Float64Array.of(2)]);
});

test("an advantage that takes functions apart refuses lists, by the function's name", async () => {
  const functions = [
    { name: "short", reward: () => [2, null, 4] },
    { name: "digits", reward: () => [[1, 0.5, 0, 0, 0, 0], null, 1] },
  ];
  await assert.rejects(combineRewards(functions, { advantage: "gdpo" })(input), {
    name: "RewardError",
    message: /"digits" returned a list, and grpo\.advantage gdpo compares .*; return one number for each completion, or set another/,
  });
  assert.ok((await combineRewards(functions, { advantage: "grpo" })(input)).byToken);
  assert.ok((await combineRewards(functions.slice(0, 1), { advantage: "gdpo" })(input)).parts);
});
