import assert from "node:assert/strict";
import { test } from "node:test";
import { readBuffers, uploadBuffer } from "../../src/gpu/buffer.ts";
import { unpackHalves } from "../../src/half_float.ts";
import { claimWeights } from "../../src/nn/half_weights.ts";
import { loadParameters, readParameters } from "../../src/nn/load_parameters.ts";
import { createScorer } from "../../src/policy/score.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, smallModel, smallTrainer, untimed } from "../small_policy.ts";

const device = await sharedDevice();

/** An odd width of the MLP and an odd vocabulary, so that pairs of halves lie across rows. */
const model = (tied: boolean): Promise<PolicyModel> => smallModel(device, { intermediate_size: 37, tie_word_embeddings: tied });

/** Gives a model the values that another one's copies have, as its driver rounded them. */
async function loadRounded({ placed }: PolicyModel, into: PolicyModel): Promise<void> {
  for (const [i, { parameter }] of placed.placements.entries()) {
    const { half } = parameter;
    if (!half) continue;
    const [words] = await readBuffers(device, [half.storage.window!]);
    const window = into.placed.placements[i]!.parameter.tensor.storage.window!;
    uploadBuffer(device, window, unpackHalves(new Uint32Array(words!)).slice(0, window.size / 4));
  }
}

async function logprobsOf({ module }: PolicyModel): Promise<Float32Array> {
  const samples = [
    [1, 2, 3],
    [4, 5],
    [6, 7, 8, 9],
  ].map((ids) => ({
    promptIds: ids.slice(0, 1),
    completionIds: ids.slice(1),
    oldLogprobs: new Float32Array(ids.length - 1),
    advantage: 0,
  }));
  const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 4 });
  const scorer = await createScorer({ device, model: module, rows: 16, temperature: 1 });
  const { logprobs } = await scorer.score(batch);
  scorer.destroy();
  return logprobs;
}

test("a model with 16-bit weights has the bits of one whose matrices were rounded", async () => {
  const [half, rounded] = [await model(false), await model(false)];
  const before = await logprobsOf(half);
  const claim = await claimWeights(half.placed, "f16");
  await loadRounded(half, rounded);
  const [found, expected] = [await logprobsOf(half), await logprobsOf(rounded)];
  assert.deepEqual(found, expected);
  assert.notDeepEqual(found, before);
  claim.release();
  await claimWeights(half.placed, "f32");
  assert.deepEqual(await logprobsOf(half), before, "and back again");
  for (const each of [half, rounded]) each.destroy();
});

test("what the host loads is copied at once", async () => {
  const [one, other] = [await model(true), await model(true)];
  await claimWeights(one.placed, "f16");
  await claimWeights(other.placed, "f16");
  const doubled = new Map(
    [...(await readParameters(one.placed))].map(([name, { shape, data }]) => [name, { shape, data: data.map((x) => 2 * x) }]),
  );
  loadParameters(one.placed, doubled);
  assert.notDeepEqual(await logprobsOf(one), await logprobsOf(other));
  loadParameters(other.placed, doubled);
  assert.deepEqual(await logprobsOf(one), await logprobsOf(other));
  for (const each of [one, other]) each.destroy();
});

test("training keeps the copies in step with the weights; sampler and trainer agree; the same bits twice", async () => {
  const runOnce = async (weights: string) => {
    const policy = await model(true);
    const { trainer } = await smallTrainer(device, { model: policy, grpo: { updatesPerRollout: 2, beta: 0.02, weights } });
    const metrics = untimed(await run(trainer.train, 3));
    trainer.destroy();
    return { policy, metrics };
  };
  const [first, second, full] = [await runOnce("f16"), await runOnce("f16"), await runOnce("f32")];
  assert.deepEqual(first.metrics, second.metrics);
  assert.notDeepEqual(first.metrics, full.metrics);
  for (const step of first.metrics) {
    assert.ok(
      step["sampling/sampling_logp_difference/max"]! < 1e-4,
      `sampler and trainer differ by ${step["sampling/sampling_logp_difference/max"]}`,
    );
    for (const [name, value] of Object.entries(step)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  }
  // Rounding the weights to 11 bits changes the loss by little.
  assert.ok(Math.abs(first.metrics[0]!.entropy! - full.metrics[0]!.entropy!) < 5e-3);

  const { placements } = first.policy.placed;
  let copies = 0;
  for (const { name, parameter } of placements) {
    const { half, tensor } = parameter;
    if (!half) continue;
    const [master, words] = await readBuffers(device, [tensor.storage.window!, half.storage.window!]);
    const copy = unpackHalves(new Uint32Array(words!));
    // The rounding mode is the driver's choice: one step of 2^-10, or of the smallest subnormal, at most.
    const isNear = new Float32Array(master!).every((value, i) => Math.abs(copy[i]! - value) <= 2 ** -10 * Math.abs(value) + 2 ** -24);
    assert.ok(isNear, `${name} has left its copy`);
    copies += 1;
  }
  assert.equal(copies, 5, "qkv, o, gate-up, down, and the embedding that the head is tied to");
  for (const { policy } of [first, second, full]) policy.destroy();
});

test("while one trainer stands another cannot change how the weights are stored", async () => {
  const policy = await model(true);
  const trainerOf = async (weights: string) =>
    (await smallTrainer(device, { model: policy, grpo: { prompts: 2, completions: 2, weights } })).trainer;
  const first = await trainerOf("f32");
  await assert.rejects(
    trainerOf("f16"),
    /weights is f16; it must be f32 for a model that is in use with f32; destroy its other trainer first/,
  );
  const second = await trainerOf("f32");
  first.destroy();
  second.destroy();
  const third = await trainerOf("f16");
  await third.train();
  third.destroy();
  policy.destroy();
});

test("a weight that 16 bits cannot hold is refused by name, and the model stays as it was", async () => {
  const large = await model(false);
  const name = "model.layers.0.mlp.up_proj.weight";
  const parameters = await readParameters(large.placed);
  const { shape, data } = parameters.get(name)!;
  loadParameters(large.placed, parameters.set(name, { shape, data: data.map((value, i) => (i === 5 ? -65536 : value)) }));
  const before = await logprobsOf(large);
  await assert.rejects(claimWeights(large.placed, "f16"), {
    name: "EngineError",
    message: `weights is f16, which holds numbers up to 65504; ${name} has 65536: use weights f32`,
  });
  const claim = await claimWeights(large.placed, "f32");
  assert.deepEqual(await logprobsOf(large), before);
  claim.release();
  large.destroy();
});
