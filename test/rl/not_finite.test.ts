import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { NotFiniteError } from "../../src/gpu/errors.ts";
import { loadParameters, readParameters } from "../../src/nn/load_parameters.ts";
import { saveModel } from "../../src/node/load_model.ts";
import { parseSftConfig } from "../../src/rl/config/index.ts";
import { evaluatePolicy } from "../../src/rl/evaluation/evaluate.ts";
import { SkippedStepsError } from "../../src/rl/learning/skipped_steps.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../../src/rl/sampling/sampler_for.ts";
import type { NamedReward } from "../../src/rl/scoring/rewards.ts";
import type { Trainer } from "../../src/rl/trainer.ts";
import { warmStart } from "../../src/rl/warm_start/warm_start.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallModel, smallTrainer, task } from "../small_policy.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const device = await sharedDevice();

type Weights = Awaited<ReturnType<typeof readParameters>>;

/** All that a checkpoint would hold, through JSON as state.json is. */
async function everything(trainer: Trainer, { placed }: PolicyModel) {
  const { state, moments } = await trainer.save();
  // What was sampled counts, whether or not anything was learned from it.
  const { step: _, tokens: __, solved: ___, ...kept } = JSON.parse(JSON.stringify(state)) as typeof state;
  return { kept, moments, weights: await readParameters(placed) };
}

function scale(model: PolicyModel, weights: Weights, factor: number): void {
  loadParameters(
    model.placed,
    new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.map((x) => x * factor) }])),
  );
}

/** Scores by the first token, and from step 2 on by so much that the gradient overflows. */
const overflowing: NamedReward = {
  name: "overflowing",
  reward: ({ completionIds, state }) => completionIds.map((ids) => ((ids[0] ?? 0) / 10) * (state.step < 2 ? 1 : 1e35)),
};

test("steps that are not finite stop training: the kernel is named, and weights, moments and controller are those of the last good step", async () => {
  const grpo = { steps: 9, stopAfterSkipped: 3, advantage: "dr-grpo" };
  const { trainer, model } = await smallTrainer(device, { grpo, rewards: [overflowing], entropy: { controller: "fixed", alpha: 0.2 } });
  for (let i = 0; i < 2; i += 1) assert.equal((await trainer.train()).metrics.skipped_steps, 0);
  const good = await everything(trainer, model);
  const saved = await trainer.save();
  for (const skipped of [1, 2]) {
    const { metrics } = await trainer.train();
    assert.equal(metrics.skipped_steps, skipped);
    assert.ok(Number.isNaN(metrics.grad_norm), `gradient norm ${metrics.grad_norm}`);
  }
  const error = await trainer.train().catch((error: unknown) => error);
  assert.ok(error instanceof SkippedStepsError, String(error));
  assert.match(
    error.message,
    /^3 steps in a row were left out because their numbers are not finite \(grpo\.stopAfterSkipped 3\): step 5: [a-z_]+\/[a-z_]+ \(.*\) wrote \d+ non-finite values? to \w+ \[.*\]; first at .*; the weights are those of step 2$/,
  );
  assert.equal((error.result as { metrics: { skipped_steps: number } }).metrics.skipped_steps, 3);
  const { kept, moments, weights } = await everything(trainer, model);
  assert.deepEqual(weights, good.weights, "weights");
  assert.deepEqual(moments, good.moments, "moments");
  const [before, then] = [good.kept.optimizer, kept.optimizer];
  assert.deepEqual([then[0], then[3]], [before[0], 3], "steps and skipped steps");
  assert.ok(then.every(Number.isFinite), `optimizer ${then}`);
  device.assertHealthy();
  await assert.rejects(trainer.train(), SkippedStepsError, "a further step is refused for the same reason");
  trainer.load(saved);
  for (const step of [3, 4]) assert.equal((await trainer.train()).metrics.step, step, "what is loaded has skipped nothing yet");
  trainer.destroy();
});

test("a weight of NaN is refused when it is loaded, cloned or saved; logits that overflow stop training and evaluation", async () => {
  const model = await smallModel(device);
  const weights = await readParameters(model.placed);
  const [name, { shape, data }] = [...weights][0]!;
  const spoilt = data.slice().fill(Number.NaN, 3, 5);
  const pattern = new RegExp(`: 2 numbers are not finite of ${data.length} in ${name}, first NaN at 3; `);
  assert.throws(() => loadParameters(model.placed, new Map([...weights, [name, { shape, data: spoilt }]]), "here"), {
    name: "NotFiniteError",
    message: pattern,
  });
  // What a kernel has spoilt, no host has seen.
  const window = model.placed.placements.find((placement) => placement.name === name)!.parameter.tensor.storage.window!;
  device.gpu.queue.writeBuffer(window.buffer, window.offset, spoilt);
  const dir = temporaryFolder("entropic");
  await assert.rejects(saveModel(join(dir, "checkpoint"), model), { name: "NotFiniteError", message: pattern });
  assert.deepEqual(await readdir(dir), [], "nothing is written");
  await assert.rejects(model.clone(), { name: "NotFiniteError", message: pattern });

  const problems = task.problems("eval").slice(0, 2);
  const sampler = await samplerFor({
    ...{ device, model, stop: [task.stop], completions: 4, maxNewTokens: 3, sampling: { temperature: 1, ...FULL_DISTRIBUTION } },
    longestPrompt: longestPrompt(model, problems),
  });
  const evaluation = evaluatePolicy({ model, problems, completions: 2, seed: 0, sampler, score: async (all) => all.map(() => 0) });
  await assert.rejects(evaluation, {
    name: "NotFiniteError",
    message: /^the model's logits, divided by the temperature, are not finite in 4 of 4/,
  });
  sampler.destroy();

  const { trainer } = await smallTrainer(device, { model, grpo: { stopAfterSkipped: 1 } });
  await assert.rejects(
    trainer.train(),
    /^SkippedStepsError: a step was left out .*: step 1: .* wrote \d+ non-finite values? to .*; the weights are those of step 0$/,
  );
  await assert.rejects(
    trainer.save().then(() => saveModel(join(dir, "checkpoint"), model)),
    NotFiniteError,
  );
  trainer.destroy();
});

test("weights scaled by 1e20 survive: steps are finite or skipped, and nothing that is saved is not finite", async () => {
  for (const activations of ["f32", "f16"]) {
    const model = await smallModel(device);
    const weights = await readParameters(model.placed);
    scale(model, weights, 1e20);
    const { trainer } = await smallTrainer(device, { model, grpo: { activations } });
    for (let i = 0; i < 2; i += 1) await trainer.train();
    await everything(trainer, model);
    for (const [name, { data }] of await readParameters(model.placed)) assert.ok(data.every(Number.isFinite), name);
    trainer.destroy();
  }
});

test("a step without a token to learn from changes nothing, in one batch and in several, and says so", async () => {
  for (const microBatchRows of [4096, 37]) {
    const grpo = { maskTruncated: true, microBatchRows, updatesPerRollout: 2 };
    const { trainer, model } = await smallTrainer(device, { grpo, entropy: { target: 1.2 } });
    await trainer.train();
    const before = await everything(trainer, model);
    const { moments, state } = await trainer.save();
    // The same policy under a stop text that no completion reaches.
    const { trainer: blind } = await smallTrainer(device, { model, grpo, entropy: { target: 1.2 }, stop: [] });
    blind.load({ state, moments });
    const { metrics } = await blind.train();
    assert.equal(metrics["completions/masked_ratio"], 1);
    for (const name of ["loss", "entropy", "grad_norm", "kl", "entropic/gated_fraction"] as const) assert.ok(!(name in metrics), name);
    for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
    assert.deepEqual(await everything(blind, model), before, `micro-batches of ${microBatchRows} rows`);
    blind.destroy();
    trainer.destroy();
  }
});

test("masked tokens do not move alpha, however a step is cut", async () => {
  const alphas: number[] = [];
  for (const microBatchRows of [4096, 37]) {
    const { trainer } = await smallTrainer(device, { grpo: { maskTruncated: true, microBatchRows }, entropy: { target: 1.2, kp: 0.5 } });
    alphas.push((await trainer.train()).metrics["entropic/alpha"]!);
    trainer.destroy();
  }
  assert.ok(Math.abs(alphas[0]! - alphas[1]!) < 1e-5, `alpha ${alphas}`);
});

test("completions that nothing scored have no reward, and no NaN stands in the metrics", async () => {
  const silent: NamedReward = { name: "silent", reward: ({ completions }) => completions.map(() => null) };
  const { trainer } = await smallTrainer(device, { rewards: [silent] });
  const { metrics } = await trainer.train();
  assert.equal(metrics.frac_unscored, 1);
  for (const name of ["reward", "reward_std", "rewards/silent/mean", "rewards/silent/std"] as const) assert.ok(!(name in metrics), name);
  for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  trainer.destroy();
});

test("a warm start whose steps are not finite stops with the weights that it had", async () => {
  const model = await smallModel(device);
  const weights = await readParameters(model.placed);
  // The last layer's output overflows when it is squared for its norm.
  scale(model, weights, 1e30);
  const start = await readParameters(model.placed);
  const config = parseSftConfig({
    ...{ model: { model_type: "llama" }, task: { name: "addition", digits: 1 }, eval: { prompts: 2, completions: 2 } },
    sft: { steps: 5, batch: 4, stopAfterSkipped: 2 },
  });
  const run = async (): Promise<void> => {
    for await (const { skipped } of warmStart({ device, model, task, config })) assert.equal(skipped, 1);
  };
  await assert.rejects(
    run(),
    /^SkippedStepsError: 2 steps in a row were left out .*sft\.stopAfterSkipped 2\): step 2: .*; the weights are those of step 0$/,
  );
  assert.deepEqual(await readParameters(model.placed), start);
});
