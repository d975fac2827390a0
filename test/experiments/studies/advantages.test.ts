import assert from "node:assert/strict";
import { test } from "node:test";
import { describeValues, distributionOf } from "../../../src/experiments/studies/advantages/distribution.ts";
import { rewardShapes, shapedReward } from "../../../src/experiments/studies/advantages/reward_shapes.ts";
import { tasks } from "../../../src/tasks/index.ts";

test("moments, shares and modes of values worked out by hand", () => {
  const values = [...Array<number>(4).fill(-1), ...Array<number>(4).fill(1), 0, 5];
  const { mean, deviation, skewness, zero, positive, modes, histogram } = describeValues(values);
  assert.ok(Math.abs(mean - 0.5) < 1e-12);
  assert.ok(Math.abs(deviation - Math.sqrt((4 * 2.25 + 4 * 0.25 + 0.25 + 20.25) / 10)) < 1e-12);
  assert.ok(skewness > 1);
  assert.deepEqual([zero, positive], [0.1, 0.5]);
  // 5 lies beyond the last bin, whose middle is 3.
  assert.deepEqual(modes, [-1, 0, 1, 3]);
  assert.ok(Math.abs(histogram.shares.reduce((a, b) => a + b) - 1) < 1e-12);
});

test("values that do not vary have no skewness, and one mode", () => {
  const { skewness, modes, zero } = describeValues([0, 0, 0]);
  assert.deepEqual([skewness, modes, zero], [0, [0], 1]);
});

test("each step's groups are compared among themselves", () => {
  const steps = [
    [1, 0, 0, 0],
    [1, 1, 1, 1],
  ];
  const { mean, zero } = distributionOf("dr-grpo", steps, 4);
  assert.ok(Math.abs(mean) < 1e-12);
  assert.equal(zero, 0.5);
  assert.equal(distributionOf("none", steps, 4).mean, 5 / 8);
});

test("a shaped reward is the same for the same answer, and of the values that its shape has", async () => {
  const task = tasks.countdown();
  const problem = task.problems("train")[0]!;
  const right = task.solutions(problem)[0]!;
  const completions = [right, "1$", right];
  const input = { prompts: completions.map(() => problem.prompt), completions, completionIds: [], columns: {}, state: { step: 0 } };
  const values = {
    plain: [[1], [0]],
    "shifted up": [[1.5], [0.5]],
    "shifted down": [[0], [-1]],
    skewed: [[1, 10], [0]],
    "two modes": [
      [0.3, 1],
      [-1, 0],
    ],
  };
  for (const shape of Object.keys(rewardShapes) as (keyof typeof rewardShapes)[]) {
    const [first, wrong, again] = (await shapedReward(task, shape).reward(input)) as number[];
    assert.ok(values[shape][0]!.includes(first!), `${shape}: ${first}`);
    assert.ok(values[shape][1]!.includes(wrong!), `${shape}: ${wrong}`);
    assert.equal(again, first);
  }
});

test("a rare large reward is rare", () => {
  const large = Array.from({ length: 1000 }, (_, i) => rewardShapes.skewed(true, i / 1000)).filter((reward) => reward === 10);
  assert.equal(large.length, 100);
});
