import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic, stare } from "../../src/control/index.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { GRPOTrainer } from "../../src/rl/grpo_trainer.ts";
import { sharedDevice } from "../shared_device.ts";
import { shape, smallModel, task } from "../small_policy.ts";

const device = await sharedDevice();

const config = { ...shape, eval: { prompts: 4, completions: 2 } };

test("callbacks are told, and an abort ends training between two steps with a state that can be saved and gone on from", async () => {
  const model = await smallModel(device);
  const abort = new AbortController();
  const told: string[] = [];
  const trainer = new GRPOTrainer({
    ...{ device, model, task, config, signal: abort.signal },
    onStep: async ({ metrics }) => {
      await Promise.resolve();
      told.push(`step ${metrics.step}`);
      if (metrics.step === 2) abort.abort(new Error("enough"));
    },
    onEvaluate: ({ k }, step) => void told.push(`pass@${k} after ${step}`),
  });
  const steps: number[] = [];
  await assert.rejects(async () => {
    for await (const { step } of trainer) steps.push(step);
  }, /^Error: enough$/);
  assert.deepEqual(steps, [1, 2]);
  await assert.rejects(trainer.step(), /enough/);
  await trainer.evaluate();
  assert.deepEqual(told, ["step 1", "step 2", "pass@2 after 2"]);
  const saved = await trainer.save();
  assert.equal(saved.state.step, 2);
  await trainer.destroy();
  const next = new GRPOTrainer({ device, model, task, config });
  await next.load(saved);
  assert.equal((await next.step()).metrics.step, 3);
  await next.destroy();
  model.destroy();
});

test("the target changes in a run: metrics, configuration and record show it", async () => {
  const model = await smallModel(device);
  const trainer = new GRPOTrainer({ device, model, task, config, entropy: { target: 1.2 } });
  const target = async () => Number((await trainer.step()).metrics["entropic/target"]!.toFixed(5));
  assert.equal(await target(), 1.2);
  await trainer.setTarget(0.7);
  assert.equal(await target(), 0.7);
  assert.equal(await target(), 0.7);
  assert.equal(trainer.config.entropy.target, 0.7);
  assert.deepEqual(trainer.changes, [{ after: 1, option: "entropy.target", from: 1.2, to: 0.7 }]);
  const saved = await trainer.save();
  await trainer.load(saved);
  assert.equal(await target(), 1.2, "what is loaded steers to the target of the options");
  assert.equal(trainer.config.entropy.target, 1.2);
  assert.deepEqual(trainer.changes, []);
  await assert.rejects(trainer.setTarget(-1), /entropy\.target is -1/);
  await assert.rejects(trainer.setTarget(50), /entropy\.target is 50; it must be at most ln/);
  await trainer.destroy();
  const moving = new GRPOTrainer({
    device,
    model,
    task,
    config,
    entropy: {
      target: [
        [0, 1.2],
        [1, 0.7],
      ],
    },
  });
  await assert.rejects(moving.setTarget(0.5), /entropy\.target is \[\[0,1\.2\],\[1,0\.7\]\]; it must be a number or auto/);
  await moving.destroy();
  const free = new GRPOTrainer({ device, model, task, config, entropy: { controller: "none" } });
  await assert.rejects(free.setTarget(0.5), /the controller "none" has no single target to change/);
  await free.destroy();
  model.destroy();
});

test("a controller that was given keeps all options but the target, and the record says what it was", async () => {
  const model = await smallModel(device);
  const trainer = new GRPOTrainer({ device, model, task, config, controller: entropic({ target: 0.3, kp: 0.3, ki: 0.1 }) });
  await trainer.step();
  await trainer.setTarget(0.2);
  const { metrics } = await trainer.step();
  const { state } = await trainer.save();
  const { kp, ki, target_entropy: target } = state.control.loops[0]!;
  assert.deepEqual(
    [kp, ki, target].map((value) => Number(value.toFixed(5))),
    [0.3, 0.1, 0.2],
  );
  assert.ok(
    Math.abs(
      metrics["entropic/alpha"]! - (0.3 * metrics["entropic/error"]! + 0.1 * (metrics["entropic/integral"]! - metrics["entropic/error"]!)),
    ) < 1e-5,
  );
  await trainer.setTarget(0.25);
  assert.deepEqual(
    trainer.changes.map(({ from, to }) => [from, to]),
    [
      [0.3, 0.2],
      [0.2, 0.25],
    ],
  );
  await trainer.destroy();
  // The configuration's own controller, pi, has no say.
  const other = new GRPOTrainer({
    device,
    model,
    task,
    config,
    controller: stare({ target: 0.3, weight: 1.3 }),
    entropy: { controller: "none" },
  });
  await assert.rejects(other.setTarget(50), /entropy\.target is 50; it must be at most ln/);
  await other.setTarget(1.5);
  assert.equal((await other.step()).metrics["entropic/target"], 1.5);
  await other.destroy();
  model.destroy();
});

test("learning_rate in metrics is the rate of the step, which a resumed run goes on with", async () => {
  const model = await smallModel(device);
  const scheduled = { ...config, learningRate: 0.004, warmupSteps: 2, schedule: "linear", minLearningRate: 0.5 } as const;
  const trainer = new GRPOTrainer({ device, model, task, config: scheduled });
  const rates: number[] = [];
  for (let i = 0; i < 3; i++) rates.push((await trainer.step()).metrics.learning_rate!);
  const saved = await trainer.save();
  await trainer.destroy();
  const next = new GRPOTrainer({ device, model, task, config: scheduled });
  await next.load(saved);
  rates.push((await next.step()).metrics.learning_rate!);
  assert.deepEqual(rates, [0.002, 0.004, 0.004, 0.003]);
  await next.destroy();
  model.destroy();
});

test("TRL's names for schedules are answered", () => {
  const refuse = (grpo: object, hint: RegExp) => assert.throws(() => parseTrainConfig({ model: "m", task: { name: "sort" }, grpo }), hint);
  refuse({ warmup_steps: 3 }, /what TRL calls warmup_steps is grpo\.warmupSteps/);
  refuse({ lr_scheduler_type: "cosine" }, /what TRL calls lr_scheduler_type is grpo\.schedule/);
  refuse({ warmup_ratio: 0.1 }, /what TRL calls warmup_ratio is grpo\.warmupSteps/);
});
