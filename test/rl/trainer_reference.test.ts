import assert from "node:assert/strict";
import { test } from "node:test";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { type GRPOConfig, GRPOTrainer, type GRPOTrainerOptions } from "../../src/rl/grpo_trainer.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { planTraining } from "../../src/rl/trainer.ts";
import { sharedDevice } from "../shared_device.ts";
import { rewards, run, shape, smallConfig, smallModel, task, untimed } from "../small_policy.ts";

const device = await sharedDevice();

const start = await smallModel(device);
const config: GRPOConfig = { ...shape, beta: 0.1, learningRate: 0.01, eval: { prompts: 4, completions: 2 } };

function trainerOf(model: PolicyModel, more: Partial<GRPOTrainerOptions> = {}): GRPOTrainer {
  return new GRPOTrainer({ device, model, task, config, ...more } as GRPOTrainerOptions);
}

/** A model that two steps have trained, and what was saved then. */
async function afterTwoSteps(changes: GRPOConfig = {}) {
  const model = await start.clone();
  const trainer = trainerOf(model, { config: { ...config, ...changes } });
  await run(() => trainer.step(), 2);
  const saved = await trainer.save();
  await trainer.destroy();
  return { model, saved };
}

test("a trainer that goes on with the starting policy as its reference reaches the bits of one that never stopped", async () => {
  const whole = trainerOf(await start.clone());
  const expected = await run(() => whole.step(), 4);
  assert.ok(expected[3]!.kl! > 1e-4);
  const { model, saved } = await afterTwoSteps();
  const before = await readParameters(start.placed);
  const next = trainerOf(model, { reference: start });
  await next.load(saved);
  assert.deepEqual(untimed(await run(() => next.step(), 2)), untimed(expected.slice(2)));
  assert.deepEqual(await readParameters(start.placed), before, "the reference's bits stay");
  await next.destroy();
  assert.deepEqual(await readParameters(start.placed), before, "it stays its owner's");
  await whole.destroy();
});

test("a state that beta cannot go on from is refused, before anything changes", async () => {
  const { model, saved } = await afterTwoSteps();
  const alone = trainerOf(model);
  await assert.rejects(alone.load(saved), {
    name: "ConfigError",
    message:
      "grpo.beta is 0.1, which measures against the policy that the run of the saved state began with, 2 steps ago; give that model to the trainer as its reference",
  });
  assert.equal((await alone.save()).state.step, 0);
  await alone.destroy();
  const without = trainerOf(model, { config: { ...config, beta: 0 } });
  await without.load(saved);
  await without.destroy();
});

test("no reference is needed for a state without steps, by the trainer that took them, and after a reset", async () => {
  const one = trainerOf(await start.clone());
  const first = await one.save();
  await run(() => one.step(), 2);
  const own = await one.save();
  await one.step();
  await one.load(own);
  assert.equal((await one.step()).metrics.step, 3);
  await one.destroy();
  const fresh = trainerOf(await start.clone());
  await fresh.load(first);
  await fresh.destroy();
  const resetting = { ...config, referenceReset: 1 };
  const { model, saved } = await afterTwoSteps(resetting);
  assert.equal(saved.state.referenceStep, 1);
  const next = trainerOf(model, { config: resetting });
  await next.load(saved);
  await next.destroy();
});

test("a reference that cannot serve is refused in the constructor", async () => {
  assert.throws(() => trainerOf(start, { reference: start }), {
    name: "ConfigError",
    message: "reference is the model that is trained, and would change with it; give it a copy: reference: await model.clone()",
  });
  const other = await smallModel(device, { vocab_size: 40 });
  assert.throws(() => trainerOf(start, { reference: other }), {
    name: "ConfigError",
    message: `the reference has a vocabulary of 40 tokens, and the model one of ${start.module.vocabSize}; give the model that the run began with`,
  });
  other.destroy();
});

test("a reference that cannot score the run's samples is refused, before the first step", async () => {
  const short = await smallModel(device, { max_position_embeddings: 6 });
  const trainer = trainerOf(await start.clone(), { reference: short });
  await assert.rejects(trainer.step(), {
    name: "ConfigError",
    message:
      "the reference takes sequences of 6 tokens, and the longest prompt with grpo.maxNewTokens has 7; shorten the prompts or maxNewTokens, or give a reference of a longer context",
  });
  await trainer.destroy();
  const just = await smallModel(device, { max_position_embeddings: 7 });
  const fits = trainerOf(await start.clone(), { reference: just });
  await fits.step();
  await fits.destroy();
  for (const model of [short, just]) model.destroy();
});

test("planning a run's memory refuses such a reference, too", async () => {
  const short = await smallModel(device, { max_position_embeddings: 6 });
  const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), stop: [task.stop] };
  const options = { device, model: start, reference: short, rewards, config: smallConfig({ grpo: { beta: 0.1 } }), ...subject };
  await assert.rejects(planTraining(options), { name: "ConfigError", message: /^the reference takes sequences of 6 tokens, / });
  short.destroy();
});

test("a reset needs a reference with the model's parameters", async () => {
  const others = [{ hidden_size: 32 }, { tie_word_embeddings: false }];
  const expected = [
    /^grpo\.referenceReset is 1, which copies .*, and it has \S+ \[\d+, 32\] where the model has \S+ \[\d+, 24\]; give /,
    /and it has lm_head\.weight \[\d+, 24\] where the model has .*; give a reference of the model's architecture, or referenceReset 0$/,
  ];
  for (const [i, changes] of others.entries()) {
    const reference = await smallModel(device, changes);
    const resetting = trainerOf(await start.clone(), { reference, config: { ...config, referenceReset: 1 } });
    await assert.rejects(resetting.step(), { name: "ConfigError", message: expected[i]! });
    await resetting.destroy();
    const fixed = trainerOf(await start.clone(), { reference });
    await fixed.step();
    await fixed.destroy();
    reference.destroy();
  }
});

/** A reference of the same weights whose rows meet elsewhere than in attention, so that they are not to be shared. */
async function withoutSharing(): Promise<PolicyModel> {
  const reference = await start.clone();
  const forward = reference.module.forward.bind(reference.module);
  return Object.assign(reference, {
    module: Object.assign(reference.module, {
      sharesRows: false,
      forward: (...[tokens, rows]: Parameters<typeof forward>) => {
        assert.equal(rows.shared, undefined, "this model cannot share rows");
        return forward(tokens, rows);
      },
    }),
  });
}

test("a reference that cannot share rows is given none that are shared", async () => {
  assert.ok(start.module.sharesRows);
  const kls: number[] = [];
  for (const reference of [await start.clone(), await withoutSharing()]) {
    const trainer = trainerOf(await start.clone(), { reference });
    kls.push((await run(() => trainer.step(), 3))[2]!.kl!);
    await trainer.destroy();
    reference.destroy();
  }
  assert.ok(kls[0]! > 1e-4 && Math.abs(kls[0]! - kls[1]!) < 1e-3 * kls[0]!, `${kls}`);
});
