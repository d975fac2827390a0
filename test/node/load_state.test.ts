import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileError } from "../../src/io/files.ts";
import { readSafetensors } from "../../src/io/safetensors.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { loadTrainerState } from "../../src/node/load_state.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { GRPOTrainer } from "../../src/rl/grpo_trainer.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { shape, smallModel, task } from "../small_policy.ts";

const device = await openDevice();
const folder = await mkdtemp(join(tmpdir(), "trainer-state-"));
after(async () => {
  device.destroy();
  await rm(folder, { recursive: true });
});

const trainerOf = (model: PolicyModel): GRPOTrainer =>
  new GRPOTrainer({ device, model, task, entropy: { target: 1.2 }, config: { ...shape, eval: { prompts: 4, completions: 2 } } });

async function train(trainer: GRPOTrainer, steps: number): Promise<void> {
  for (let i = 0; i < steps; i += 1) await trainer.step();
}

/** Every bit of a model and of its trainer, but for the formatting. */
async function bitsOf(name: string, model: PolicyModel, trainer: GRPOTrainer): Promise<object> {
  const { state, moments } = await trainer.save();
  await saveModel(join(folder, name), model, { state, moments });
  const saved = [...(await readSafetensors(join(folder, name, "model.safetensors"))), ...moments];
  const hex = saved.map(([tensor, { data }]) => [tensor, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex")]);
  return { state, tensors: Object.fromEntries(hex) };
}

test("two steps, saved and loaded, and two more have the bits of four", async () => {
  const model = await smallModel(device);
  const trainer = trainerOf(model);
  await train(trainer, 2);
  const dir = join(folder, "two");
  await saveModel(dir, model, await trainer.save());
  await train(trainer, 2);

  const loaded = await loadModel(device, dir);
  const next = trainerOf(loaded);
  await next.load(await loadTrainerState(dir));
  const seen: number[] = [];
  for await (const { step } of next) seen.push(step);
  assert.deepEqual(seen, [3, 4], "iterating ends at config.steps");
  assert.deepEqual(await bitsOf("resumed", loaded, next), await bitsOf("straight", model, trainer));
  await Promise.all([trainer.destroy(), next.destroy()]);
});

test("a state is saved with the weights of its step, or beside a copy that was made then", async () => {
  const model = await smallModel(device);
  const trainer = trainerOf(model);
  await train(trainer, 1);
  const kept = { copy: await model.clone(), saved: await trainer.save() };
  const dir = join(folder, "later");
  await saveModel(dir, model, kept.saved);
  const before = await readSafetensors(join(dir, "model.safetensors"));
  await train(trainer, 1);
  const late = /^EngineError: the model's weights have changed since this state was saved; save the state again, or beside a clone\(\)/;
  await assert.rejects(saveModel(dir, model, kept.saved), late);
  await saveModel(join(folder, "copy"), kept.copy, kept.saved);
  assert.deepEqual(await readSafetensors(join(folder, "copy", "model.safetensors")), before);
  await saveModel(dir, model, await trainer.save());
  await trainer.destroy();
  for (const one of [model, kept.copy]) one.destroy();
});

test("what is no state of a trainer is refused in one line", async () => {
  const refused = (dir: string, pattern: RegExp) =>
    assert.rejects(loadTrainerState(dir), (error) => {
      assert.ok(error instanceof Error && ["FileError", "ConfigError"].includes(error.name), String(error));
      assert.match(error.message, pattern);
      return !error.message.includes("\n");
    });
  await refused(join(folder, "none"), /none" does not exist; give a folder that saveModel wrote with a state, or a checkpoint of a run\.$/);
  await refused("nosuch-base", /^Checkpoint "nosuch-base" does not exist; (?!.*hub)/);
  await refused("countdown-base", /checkpoints\Wcountdown-base holds no state\.json; it can be trained from, but not resumed/);
  await refused(undefined as never, /dir is missing; it must be the path of a checkpoint/);
  const bare = join(folder, "bare");
  await mkdir(bare);
  await refused(bare, /bare holds no state\.json; it can be trained from, but not resumed/);
  const alone = join(folder, "alone");
  const model = await smallModel(device);
  await saveModel(alone, model);
  await refused(alone, /alone is a model without the state of a run/);
  await saveModel(join(folder, "run", "checkpoints", "step-000002"), model);
  await refused(join(folder, "run"), /run is the folder of a run; give a checkpoint of it, such as the newest: .*step-000002/);
  const other = join(folder, "other");
  await saveModel(other, model, { state: { step: 1 }, moments: new Map([["a", { shape: [1], data: Float32Array.of(1) }]]) });
  await refused(other, /other\/state\.json: tokens is missing/);
  await writeFile(join(other, "optimizer.safetensors"), "");
  await assert.rejects(loadTrainerState(other), FileError);
  assert.match(await readFile(join(other, "state.json"), "utf8"), /"step": 1/);
  model.destroy();
});
