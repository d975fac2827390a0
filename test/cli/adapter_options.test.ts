import assert from "node:assert/strict";
import { test } from "node:test";
import { adapterOptions } from "../../src/cli/adapter_options.ts";
import { LORA_DEFAULTS } from "../../src/nn/lora.ts";
import { parseTrainConfig, type TrainConfig } from "../../src/rl/config/index.ts";
import { loraSection } from "../../src/rl/config/lora_section.ts";

const configOf = (more: object): TrainConfig => parseTrainConfig({ model: "m", task: { name: "addition" }, ...more });

/** Every option of new adapters, with a value that is not its default. */
const lora = { rank: 4, alpha: 9, targets: ["q_proj"], exclude: ["x"], rslora: true };

test("every option of the section lora comes through to the adapters, with the seed of the run", () => {
  assert.deepEqual(Object.keys(loraSection.shape).sort(), [...Object.keys(lora), "adapter", "baseStorage"].sort());
  const config = configOf({ lora: { ...lora, baseStorage: "f16" }, seed: 7 });
  assert.deepEqual(adapterOptions(config), { baseStorage: "f16", lora: { ...lora, seed: 7 } });
  assert.deepEqual(adapterOptions(configOf({ lora: { rank: 4, rslora: true, exclude: ["x"] }, seed: 7 })), {
    baseStorage: "auto",
    lora: { ...LORA_DEFAULTS, rank: 4, rslora: true, exclude: ["x"], seed: 7 },
  });
});

test("a checkpoint of the run brings its own adapters, an adapter's folder takes the place of new ones, and without lora there are none", () => {
  const config = configOf({ lora: { ...lora, baseStorage: "f16" }, seed: 7 });
  assert.deepEqual(adapterOptions(config, "runs/x/checkpoints/step-000004"), { baseStorage: "f16" });
  const given = configOf({ lora: { ...lora, adapter: "mine", baseStorage: "f32" } });
  assert.deepEqual(adapterOptions(given), { baseStorage: "f32", adapter: "mine" });
  assert.deepEqual(adapterOptions(given, "runs/x/checkpoints/step-000004"), { baseStorage: "f32" });
  assert.deepEqual(adapterOptions(configOf({})), {});
});
