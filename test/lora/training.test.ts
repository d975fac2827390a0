import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createMeasuringDevice } from "../../src/gpu/measuring.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { adaptersOf, baseOf } from "../../src/nn/lora.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { measureFootprint } from "../../src/rl/memory/footprint.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, type SmallRun, smallModel, smallTrainer, untimed } from "../small_policy.ts";
import { testFolder } from "./small_lora.ts";

const device = await sharedDevice();
const folder = await testFolder();
const base = join(folder, "base");
const whole = await smallModel(device);
await saveModel(base, whole);

const lora = { rank: 2, alpha: 4, seed: 1 };
const adapted = (): Promise<PolicyModel> => loadModel(device, base, { lora });
const trainerOf = (options: SmallRun) => smallTrainer(device, options);

test("a step trains adapters alone: no gradient of a frozen weight, no moment of one, and the base keeps its bits", async () => {
  const model = await adapted();
  const [before, start] = [await readParameters(baseOf(model.placed)), await readParameters(adaptersOf(model.placed))];
  const { trainer } = await trainerOf({ model, grpo: { microBatchRows: 30 } });
  await run(trainer.train, 2);
  assert.deepEqual(await readParameters(baseOf(model.placed)), before);
  const after = await readParameters(adaptersOf(model.placed));
  for (const [name, { data }] of after) assert.notDeepEqual(data, start.get(name)!.data, name);
  const { moments } = await trainer.save();
  assert.deepEqual([...moments.keys()].sort(), [...after.keys()].flatMap((name) => [`first.${name}`, `second.${name}`]).sort());
  const dispatches = trainer.describe().split("\n");
  const products = dispatches.filter((line) => /^matmul\/(?!pack|split)/.test(line));
  const count = (pattern: RegExp): number => products.filter((line) => pattern.test(line)).length;
  // Of the base: five forward, and backward those of the head and of the layers above the first adapter.
  assert.equal(count(/ matmul model\S+\.weight /), 5 + 1 + 3);
  assert.equal(count(/ matmul model\S+\.lora_A /), 4 + 3);
  assert.equal(count(/ matmul gradients model\S+\.lora_A /), 4);
  assert.equal(products.length, 20, "and no product makes the gradient of a frozen matrix");
  assert.deepEqual(
    dispatches.filter((line) => /^(embedding\/gather_backward|norm\/\w+_weight|norm\/column_sum)/.test(line)),
    [],
  );
  trainer.destroy();
  model.destroy();
});

test("a resumed run equals the uninterrupted one, from the files of its adapter", async () => {
  const grpo = { beta: 0.05, steps: 4 };
  const model = await adapted();
  const first = await trainerOf({ model, grpo });
  await run(first.trainer.train, 2);
  const saved = await first.trainer.save();
  const dir = join(folder, "step");
  await saveModel(dir, model, saved);
  const expected = await run(first.trainer.train, 2);
  const again = await loadModel(device, dir);
  const second = await trainerOf({ model: again, grpo });
  second.trainer.load(saved);
  assert.deepEqual(untimed(await run(second.trainer.train, 2)), untimed(expected));
  assert.ok(
    expected.every(({ kl }) => (kl as number) > 0),
    "the reference is the base and not the policy",
  );
  for (const each of [first.trainer, second.trainer, model, again]) each.destroy();
});

test("the reference policy takes no memory, and planned bytes are those created", async () => {
  const model = await adapted();
  const build = (beta: number) => (on: typeof device, outline: PolicyModel) =>
    trainerOf({ model: outline, grpo: { beta }, device: on, sequencesAtOnce: 8 });
  const { parts } = await measureFootprint(createMeasuringDevice(device), model, build(0.1));
  assert.equal(parts.reference, 0);
  const planned = await measureFootprint(device, model, build(0.1));
  const before = device.stats.bytesAllocated;
  const { trainer } = await trainerOf({ model, grpo: { beta: 0.1 }, sequencesAtOnce: 8 });
  const { adapters, frozen32, tables, passing } = planned.parts;
  assert.ok(adapters > 0 && frozen32 > 0, "the model's own parts are told apart");
  assert.equal(planned.total - passing - adapters - frozen32 - tables, device.stats.bytesAllocated - before);
  trainer.destroy();
  model.destroy();
});

test("16-bit copies of the weights are refused for a model with adapters", async () => {
  const model = await adapted();
  await assert.rejects(trainerOf({ model, grpo: { weights: "f16" } }), /grpo\.weights is "f16"; it must be f32 for a model with adapters/);
  model.destroy();
});
