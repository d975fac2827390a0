import assert from "node:assert/strict";
import { test } from "node:test";
import type { RewardInput } from "../../../src/rl/scoring/rewards.ts";
import { sharedDevice } from "../../shared_device.ts";
import { type SmallRun, shape, smallTrainer } from "../../small_policy.ts";

const device = await sharedDevice();

/** The first step of a run. */
async function firstStep(options: SmallRun) {
  const { trainer, model } = await smallTrainer(device, options);
  try {
    const result = await trainer.train();
    const { everSolved } = await trainer.evaluate();
    return { ...result, everSolved: everSolved! };
  } finally {
    trainer.destroy();
    model.destroy();
  }
}

const alike = (score: number) => [{ name: "alike", reward: ({ completions }: RewardInput) => completions.map(() => score) }];

test("completions without a score stay without one where long ones are punished, and teach nothing", async () => {
  const reward = ({ completionIds }: RewardInput) => completionIds.map((ids, i) => (i % 2 === 0 ? null : (ids[0] ?? 0)));
  for (const advantage of ["grpo", "gdpo"]) {
    const grpo = { overlongBuffer: 3, advantage };
    const { rewards, advantages, metrics } = await firstStep({ grpo, rewards: [{ name: "half", reward }] });
    assert.ok(rewards.every((score, i) => (score === null) === (i % 2 === 0)));
    assert.ok(Array.from(advantages).every((own, i) => i % 2 === 1 || own === 0));
    assert.equal(metrics.frac_unscored, 0.5);
  }
});

test("completions without a score stay without one where tokens are rewarded too", async () => {
  const reward = ({ completionIds }: RewardInput) => completionIds.map((ids, i) => (i % 2 === 0 ? null : Array.from(ids)));
  for (const overlongBuffer of [0, 3]) {
    const { tokenAdvantages } = await firstStep({ grpo: { overlongBuffer }, rewards: [{ name: "half", reward }] });
    const teaches = tokenAdvantages!.map((own) => Array.from(own).some((advantage) => advantage !== 0));
    assert.deepEqual(
      teaches.filter((_, i) => i % 2 === 0),
      Array(12).fill(false),
    );
    assert.ok(teaches.includes(true));
  }
});

test("wrong answers that differ in length alone are no groups to choose, and are learned from all the same", async () => {
  const grpo = { maxNewTokens: 6, overlongBuffer: 6, dynamicSampling: 2, replay: 6 };
  const { metrics, advantages } = await firstStep({ grpo, rewards: alike(0) });
  assert.ok(metrics.reward_std! > 0 && metrics.frac_reward_zero_std! < 1, "some are longer than others");
  assert.deepEqual(
    [metrics["sampling/kept_fraction"], metrics["sampling/rounds"], metrics["replay/kept"]],
    [0, 3, 0],
    "kept fraction, rounds, groups kept",
  );
  assert.ok(Array.from(advantages).some((own) => own !== 0));
});

test("answers of one sum whose tokens earn it in another order are groups to choose", async () => {
  // Without a token that stops, every completion has 3 tokens.
  const reward = ({ completions }: RewardInput) => completions.map((_, i) => (i % 2 === 0 ? [1, 0, 0] : [0, 0, 1]));
  const { metrics } = await firstStep({ stop: [], grpo: { dynamicSampling: 2, replay: 6 }, rewards: [{ name: "order", reward }] });
  assert.deepEqual([metrics.reward_std, metrics.frac_reward_zero_std], [0, 0]);
  assert.deepEqual([metrics["sampling/kept_fraction"], metrics["sampling/rounds"], metrics["replay/kept"]], [1, 1, shape.prompts]);
});

test("a right answer solves its training problem, however long it is", async () => {
  const { everSolved, rewards } = await firstStep({ stop: [], grpo: { overlongBuffer: 3 }, rewards: alike(1) });
  assert.ok(rewards.every((reward) => reward === 0));
  assert.equal(everSolved.training.everSolved.all, everSolved.training.seen.all);
});

test("gdpo refuses rewards of tokens before anything is learned from them", async () => {
  const reward = ({ completionIds }: RewardInput) => completionIds.map((ids) => Array.from(ids));
  await assert.rejects(firstStep({ grpo: { advantage: "gdpo" }, rewards: [{ name: "own", reward, onError: "unscored" }] }), {
    name: "RewardError",
    message: /"own" returned a list, and grpo\.advantage gdpo/,
  });
});
