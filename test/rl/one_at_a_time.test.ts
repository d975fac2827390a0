import assert from "node:assert/strict";
import { after, test } from "node:test";
import { EngineError } from "../../src/gpu/errors.ts";
import { explained } from "../../src/gpu/explain.ts";
import { claimWeights } from "../../src/nn/half_weights.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { oneAtATime } from "../../src/rl/one_at_a_time.ts";
import { smallModel, smallTrainer, untimed } from "../small_policy.ts";

const device = await openDevice();
after(() => device.destroy());

test("calls take turns, whatever becomes of them, and a second end does nothing", async () => {
  const turns = oneAtATime(device, "the trainer");
  let finish = (): void => {};
  const running = turns.run("step()", () => new Promise<void>((resolve) => (finish = resolve)));
  const refused = { name: "EngineError", message: /^(step|load|destroy)\(\) was called while step\(\) of the trainer is running; await/ };
  await assert.rejects(
    turns.run("step()", async () => {}),
    refused,
  );
  assert.throws(() => turns.runNow("load()", () => {}), refused);
  assert.throws(() => turns.end("destroy()", () => {}), refused);
  finish();
  await running;
  await assert.rejects(
    turns.run("step()", async () => {
      throw new Error("a reward failed");
    }),
    /a reward failed/,
  );
  let ends = 0;
  for (let i = 0; i < 2; i += 1) turns.end("destroy()", () => (ends += 1));
  assert.equal(ends, 1);
  await assert.rejects(
    turns.run("step()", async () => {}),
    /step\(\) was called after the trainer was destroyed/,
  );
});

test("calls while a step runs are refused and spoil nothing", async () => {
  const [disturbed, quiet] = [await smallTrainer(device), await smallTrainer(device)];
  for (let i = 0; i < 2; i += 1) {
    const { trainer } = disturbed;
    const step = trainer.train();
    await new Promise((resolve) => setTimeout(resolve, 2 * i));
    for (const call of [trainer.save, trainer.evaluate, trainer.train]) await assert.rejects(call(), /while step\(\) of the trainer/);
    assert.throws(() => trainer.destroy(), /while step\(\) of the trainer/);
    const [found, expected] = [await step, await quiet.trainer.train()];
    assert.deepEqual(untimed([found.metrics]), untimed([expected.metrics]));
  }
  const saving = disturbed.trainer.save();
  await assert.rejects(disturbed.trainer.train(), /while save\(\) of the trainer/);
  assert.deepEqual(await saving, await quiet.trainer.save());
  for (const { trainer, model } of [disturbed, quiet]) {
    trainer.destroy();
    trainer.destroy();
    model.destroy();
  }
  assert.equal(device.stats.bytesAllocated, 0, "a second destroy() frees nothing twice");
});

test("a state that is refused leaves the trainer as it was", async () => {
  const { trainer, model } = await smallTrainer(device, { grpo: { beta: 0.01 } });
  await trainer.train();
  const before = await trainer.save();
  const { state, moments } = before;
  const [first] = moments.keys();
  const refused = [
    { state: { ...state, step: -1 }, moments },
    { state: { ...state, optimizer: state.optimizer.slice(1) }, moments },
    { state: { ...state, control: { ...state.control, controller: "aec" } }, moments },
    { state, moments: new Map([...moments].filter(([name]) => name !== first)) },
    { state, moments: new Map([...moments].map(([name, { data }]) => [name, { shape: [1, data.length], data }])) },
  ];
  for (const saved of refused) {
    assert.throws(() => trainer.load({ ...saved, state: { ...saved.state, tokens: 1 } }), /./);
    assert.deepEqual(await trainer.save(), before);
  }
  trainer.destroy();
  model.destroy();
  assert.equal(device.stats.bytesAllocated, 0, "the reference of beta is freed");
});

test("wherever the building of a trainer fails, nothing is left behind", async () => {
  const model = await smallModel(device);
  const before = device.stats.bytesAllocated;
  const { kernel } = device;
  const grpo = { beta: 0.01, tis: 2, weights: "f16" };
  // The first time counts the kernels that are asked for; each other time one of them fails.
  let [asked, failing] = [0, Number.POSITIVE_INFINITY];
  device.kernel = async (...wanted) => {
    asked += 1;
    if (asked > failing) throw new EngineError("no kernel today");
    return kernel(...wanted);
  };
  (await smallTrainer(device, { model, grpo })).trainer.destroy();
  const all = asked;
  for (failing = 0; failing < all; failing += Math.ceil(all / 8)) {
    asked = 0;
    (await claimWeights(model.placed, "f32")).release();
    await assert.rejects(smallTrainer(device, { model, grpo }), /no kernel today/);
    const copies = model.placed.halves ? 1 : 0;
    (await claimWeights(model.placed, "f32")).release();
    assert.equal(device.stats.bytesAllocated, before, `kernel ${failing} of ${all}, ${copies} with 16-bit copies`);
    assert.equal(model.placed.claims, 0, `kernel ${failing} of ${all}`);
  }
  device.kernel = kernel;
  model.destroy();
});

test("first claims at the same time agree; a claim that fails leaves none", async () => {
  const model = await smallModel(device);
  const { placed } = model;
  const bytes = device.stats.bytesAllocated;
  const claims = await Promise.all([claimWeights(placed, "f16"), claimWeights(placed, "f16")]);
  await assert.rejects(claimWeights(placed, "f32"), /weights is f32; it must be f16/);
  for (const { release } of [...claims, claims[0]!]) release();
  assert.equal(placed.claims, 0);
  (await claimWeights(placed, "f32")).release();
  assert.equal(device.stats.bytesAllocated, bytes, "there was one set of copies");
  const { kernel } = device;
  device.kernel = () => Promise.reject(new EngineError("no kernel today"));
  await assert.rejects(claimWeights(placed, "f16"), /no kernel today/);
  device.kernel = kernel;
  assert.deepEqual([placed.claims, device.stats.bytesAllocated], [0, bytes]);
  (await claimWeights(placed, "f16")).release();
  model.destroy();
});

test("an error without a reason gets the device's, or one that says what to do", async () => {
  const abort = (): Promise<never> => Promise.reject(new DOMException("", "AbortError"));
  await assert.rejects(explained(device, "save()", abort), { name: "EngineError", message: /^save\(\) failed on .*: AbortError; / });
  await assert.rejects(
    explained(device, "save()", () => Promise.reject(new RangeError("a bug"))),
    { name: "RangeError", message: "a bug" },
  );
  const other = await openDevice();
  const { trainer, model } = await smallTrainer(other);
  const calls = [trainer.train(), model.clone()];
  other.destroy();
  calls.push(model.clone());
  // A later call may fail while an earlier one is awaited.
  for (const call of calls) call.catch(() => {});
  for (const call of calls) await assert.rejects(call, { name: "EngineError", message: "the device was destroyed; open another" });
  for (const call of [trainer.train, trainer.save, trainer.evaluate])
    await assert.rejects(call(), /the device was destroyed; open another/);
});
