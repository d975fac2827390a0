import assert from "node:assert/strict";
import { test } from "node:test";
import { readParameters } from "../../../src/nn/load_parameters.ts";
import type { RewardInput } from "../../../src/rl/scoring/rewards.ts";
import { sharedDevice } from "../../shared_device.ts";
import { type SmallRun, smallTrainer } from "../../small_policy.ts";

const device = await sharedDevice();

/** What one step does to a policy. */
async function oneStep(options: SmallRun) {
  const { trainer, model } = await smallTrainer(device, { entropy: { controller: "none" }, ...options });
  try {
    const before = await readParameters(model.placed);
    const { metrics } = await trainer.train();
    const { moments } = await trainer.save();
    return { metrics, before, after: await readParameters(model.placed), moments };
  } finally {
    trainer.destroy();
    model.destroy();
  }
}

const alike = [{ name: "alike", reward: ({ completions }: RewardInput) => completions.map(() => 1) }];

test("the optimiser takes the learning rate of the schedule, and metrics report the one that it took", async () => {
  const { metrics, before, after } = await oneStep({ grpo: { warmupSteps: 100, learningRate: 0.01, weightDecay: 0 } });
  let most = 0;
  for (const [name, { data }] of after) {
    for (const [i, old] of before.get(name)!.data.entries()) most = Math.max(most, Math.abs(data[i]! - old));
  }
  // The first step of AdamW moves a weight by the rate, or by less where its gradient is nearly 0.
  assert.ok(most >= 0.9e-4 && most <= 1.01e-4, `a weight moved by ${most}`);
  assert.equal(metrics.learning_rate, 0.0001);
});

test("weightDecay takes its share of every matrix, and of nothing else", async () => {
  const { metrics, before, after } = await oneStep({ rewards: alike, grpo: { learningRate: 0.01, weightDecay: 10 } });
  assert.equal(metrics.grad_norm, 0);
  const dimensions = new Set<number>();
  for (const [name, { shape, data }] of after) {
    const old = before.get(name)!.data;
    dimensions.add(shape.length);
    if (shape.length < 2) assert.deepEqual(data, old, name);
    else for (const [i, value] of data.entries()) assert.ok(Math.abs(value - 0.9 * old[i]!) < 1e-6, `${name}: ${old[i]} became ${value}`);
  }
  assert.deepEqual([...dimensions].sort(), [1, 2]);
});

test("maxGradNorm scales the gradients down to it, and the metric is their norm before", async () => {
  const [free, bound] = [await oneStep({ grpo: { maxGradNorm: 1e9 } }), await oneStep({ grpo: { maxGradNorm: 1e-3 } })];
  const norm = free.metrics.grad_norm!;
  assert.equal(bound.metrics.grad_norm, norm);
  assert.ok(norm > 0.01, `a norm of ${norm} is not bound by much`);
  let squares = 0;
  for (const [name, { data }] of free.moments) {
    if (!name.startsWith("first.")) continue;
    const scaled = bound.moments.get(name)!.data;
    data.forEach((value, i) => {
      squares += (10 * value) ** 2;
      const expected = (value * 1e-3) / norm;
      assert.ok(Math.abs(scaled[i]! - expected) <= 1e-3 * Math.abs(expected) + 1e-12, `${name}: ${scaled[i]}, not ${expected}`);
    });
  }
  // The first moment is a tenth of the gradient.
  assert.ok(Math.abs(Math.sqrt(squares) - norm) < 1e-4 * norm, `gradients of norm ${Math.sqrt(squares)}, not ${norm}`);
});
