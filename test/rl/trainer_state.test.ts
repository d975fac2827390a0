import assert from "node:assert/strict";
import { test } from "node:test";
import { uploadBuffer } from "../../src/gpu/buffer.ts";
import { OPTIMIZER_STATE } from "../../src/ops/records.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../src/optim/adamw.ts";
import { parseTrainerState } from "../../src/rl/trainer_state.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallModel, smallTrainer } from "../small_policy.ts";

const device = await sharedDevice();

test("the state of a controller with memory survives JSON", async () => {
  const model = await smallModel(device);
  for (const controller of ["pi", "aec", "entrocraft"]) {
    const { trainer } = await smallTrainer(device, { model, entropy: { controller, target: undefined } });
    await trainer.train();
    const { state } = await trainer.save();
    assert.deepEqual(parseTrainerState(JSON.parse(JSON.stringify(state))), state, controller);
    trainer.destroy();
  }
  model.destroy();
});

test("a state from before schedules goes on with zeros, and one that lacks another field is refused", async () => {
  const { trainer, model } = await smallTrainer(device, {});
  await trainer.train();
  const { state } = await trainer.save();
  const without = (...names: string[]) => {
    const loops = state.control.loops.map((loop) => Object.fromEntries(Object.entries(loop).filter(([name]) => !names.includes(name))));
    return { ...state, control: { ...state.control, loops } };
  };
  assert.deepEqual(parseTrainerState(without("released", "signal", "has_signal", "signals", "signal_start", "mistakes")), state);
  assert.throws(() => parseTrainerState(without("integral")), /integral/);
  trainer.destroy();
  model.destroy();
});

test("the state of an optimiser that has just skipped a step is saved without its NaN", async () => {
  const model = await smallModel(device);
  const optimizer = createAdamW(model.placed, { ...ADAMW_DEFAULTS, weightDecay: 0, maxGradNorm: null });
  const window = optimizer.state.storage.window!;
  const skipped = { step: 3, skipped: 1, bias1: 0.25 };
  uploadBuffer(device, window, Float32Array.from(OPTIMIZER_STATE.pack({ ...skipped, norm: Number.NaN })));
  assert.deepEqual((await optimizer.save()).state, OPTIMIZER_STATE.pack({ ...skipped, norm: 0 }));
  optimizer.destroy();
  model.destroy();
});
