import assert from "node:assert/strict";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parsePeftConfig } from "../../src/io/peft.ts";
import { readSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { adaptersOf } from "../../src/nn/lora.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { sharedDevice } from "../shared_device.ts";
import { adaptedModel, savedBase, testFolder } from "./small_lora.ts";

const device = await sharedDevice();
const folder = await testFolder();

const plain = { peft_type: "LORA", r: 4, lora_alpha: 8, target_modules: ["q_proj"] };

test("what PEFT's library writes for a plain adapter is read, whatever else it states", () => {
  const config = parsePeftConfig(
    {
      ...plain,
      ...{ alora_invocation_tokens: null, arrow_config: null, auto_mapping: null, base_model_name_or_path: "org/base", bias: "none" },
      ...{ corda_config: null, eva_config: null, exclude_modules: null, fan_in_fan_out: false, inference_mode: true, revision: null },
      ...{ init_lora_weights: true, layer_replication: null, layers_pattern: null, layers_to_transform: null, loftq_config: {} },
      ...{ lora_bias: false, lora_dropout: 0.05, megatron_config: null, megatron_core: "megatron.core", modules_to_save: null },
      ...{ peft_version: "0.18.0", qalora_group_size: 16, rank_pattern: {}, alpha_pattern: { v_proj: 4 }, target_parameters: null },
      ...{ task_type: "CAUSAL_LM", trainable_token_indices: null, use_dora: false, use_qalora: false, use_rslora: true },
    },
    "adapter_config.json",
  );
  assert.deepEqual(config, {
    ...{ base: "org/base", rank: 4, alpha: 8, targets: ["q_proj"], exclude: [], rslora: true },
    ...{ rankPattern: {}, alphaPattern: { v_proj: 4 } },
  });
});

test("a setting that would change the computation is refused by its name", () => {
  const settings = {
    ...{ peft_type: "IA3", bias: "all", use_dora: true, modules_to_save: ["lm_head"], layers_to_transform: [0], lora_bias: true },
    ...{
      layers_pattern: "layers",
      layer_replication: [[0, 1]],
      init_lora_weights: "pissa",
      trainable_token_indices: [1],
      use_qalora: true,
    },
    ...{ target_parameters: ["w"], a_setting_of_next_year: 1, r: 0, lora_alpha: "8", target_modules: [], rank_pattern: { q_proj: -1 } },
  };
  for (const [key, value] of Object.entries(settings)) {
    const pattern = new RegExp(`^an adapter: ${key} is `);
    assert.throws(() => parsePeftConfig({ ...plain, [key]: value }, "an adapter"), { name: "FileError", message: pattern }, key);
  }
});

/** Reads the header of a safetensors file by the definition of the format alone. */
async function headerOf(path: string): Promise<Record<string, { dtype: string; shape: number[] }>> {
  const bytes = await readFile(path);
  const { __metadata__: _, ...tensors } = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString("utf8"));
  return tensors as Record<string, { dtype: string; shape: number[] }>;
}

test("an adapter is saved under PEFT's names and shapes, and loads with the same bits by either way", async () => {
  const base = await savedBase(device, folder, "qwen2");
  const options = { rank: 3, alpha: 5, targets: ["q_proj", "v_proj", "down_proj"] };
  const trained = await adaptedModel(device, base, options);
  const dir = join(folder, "adapter");
  await saveModel(dir, trained);
  assert.deepEqual((await readdir(dir)).sort(), ["adapter_config.json", "adapter_model.safetensors", "state.json"]);
  const layer = (i: number): [string, number[]][] => [
    ...halves(`model.layers.${i}.self_attn.q_proj`, 24, 24),
    ...halves(`model.layers.${i}.self_attn.v_proj`, 24, 12),
    ...halves(`model.layers.${i}.mlp.down_proj`, 20, 24),
  ];
  const header = await headerOf(join(dir, "adapter_model.safetensors"));
  const shapes = Object.entries(header).map(([name, { shape }]): [string, number[]] => [name, shape]);
  assert.deepEqual(Object.fromEntries(shapes), Object.fromEntries([...layer(0), ...layer(1)]));
  const config: unknown = JSON.parse(await readFile(join(dir, "adapter_config.json"), "utf8"));
  const stated = { r: 3, lora_alpha: 5, target_modules: options.targets, base_model_name_or_path: base, use_rslora: false };
  assert.deepEqual({ ...(config as object), ...stated, peft_type: "LORA", task_type: "CAUSAL_LM", fan_in_fan_out: false }, config);
  const expected = await readParameters(trained.placed);
  for (const loaded of [await loadModel(device, dir), await loadModel(device, base, { adapter: dir }), await trained.clone()]) {
    assert.deepEqual(await readParameters(loaded.placed), expected);
    loaded.destroy();
  }
  trained.destroy();
});

function halves(name: string, inner: number, outer: number): [string, number[]][] {
  return [
    [`base_model.model.${name}.lora_A.weight`, [3, inner]],
    [`base_model.model.${name}.lora_B.weight`, [outer, 3]],
  ];
}

test("adapters of GPT-2 say that its matrices are transposed", async () => {
  const trained = await adaptedModel(device, await savedBase(device, folder, "gpt2"), { rank: 2 });
  const dir = join(folder, "gpt2-adapter");
  await saveModel(dir, trained);
  const { fan_in_fan_out, target_modules } = JSON.parse(await readFile(join(dir, "adapter_config.json"), "utf8"));
  assert.deepEqual({ fan_in_fan_out, target_modules }, { fan_in_fan_out: true, target_modules: ["c_attn", "c_proj", "c_fc"] });
  const { shape } = (await headerOf(join(dir, "adapter_model.safetensors")))["base_model.model.transformer.h.0.attn.c_attn.lora_B.weight"]!;
  assert.deepEqual(shape, [48, 2]);
  trained.destroy();
});

test("a stray head, a missing half, a wrong shape and unknown targets are refused by name, and leave nothing behind", async () => {
  const base = await savedBase(device, folder, "llama");
  const trained = await adaptedModel(device, base, { rank: 2, targets: ["o_proj"] });
  const dir = join(folder, "damaged");
  await saveModel(join(folder, "good"), trained);
  const tensors = await readSafetensors(join(folder, "good", "adapter_model.safetensors"));
  const [first, half] = [...tensors][0]!;
  const vector = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) };
  const damages: [string, RegExp][] = [["base_model.model.lm_head.weight", /holds base_model\.model\.lm_head\.weight, which is no half/]];
  damages.push(["base_model.model.model.layers.0.self_attn.o_proj.lora_magnitude_vector", /holds .*lora_magnitude_vector, which/]);
  const before = device.stats.bytesAllocated;
  const refused = async (changed: typeof tensors, pattern: RegExp): Promise<void> => {
    await cp(join(folder, "good"), dir, { recursive: true });
    await writeSafetensors(join(dir, "adapter_model.safetensors"), changed);
    await assert.rejects(loadModel(device, base, { adapter: dir }), pattern);
  };
  for (const [name, pattern] of damages) await refused(new Map([...tensors, [name, vector]]), pattern);
  await refused(new Map([...tensors].slice(1)), new RegExp(`lacks ${first}`));
  await refused(new Map([...tensors, [first, { ...half, shape: [24, 2] }]]), /o_proj\.lora_A is \[24,2\]; this model needs \[2, 24\]/);
  await refused(new Map([...tensors, [first, { ...half, data: half.data.map(() => Number.NaN) }]]), /lora_A/);
  assert.equal(device.stats.bytesAllocated, before, "a model that was refused holds no memory");
  trained.destroy();
});

test("targets that are no layers are refused by name, and so are embeddings and the head", async () => {
  const base = await savedBase(device, folder, "llama");
  const refusals: [object, RegExp][] = [
    [{ targets: ["q_proj", "c_attn"] }, /target "c_attn" names no layer of this model; its layers end in q_proj, k_proj, .*down_proj/],
    [{ targets: ["q_proj", "lm_head"] }, /lm_head is a target of the adapter; embeddings and the head get none here/],
    [{ targets: ".*embed_tokens" }, /model\.embed_tokens is a target of the adapter/],
    [{ targets: "(" }, /"\(" is no regular expression/],
    [{ targets: ["q_proj"], exclude: ["q_proj"] }, /target \["q_proj"\] names no layer/],
    [{ rankPattern: { k_proj: 3 } }, /adapter of model\.layers\.0\.self_attn\.q_proj has rank 16 and that of .*k_proj 3; .*one rank/],
  ];
  for (const [lora, message] of refusals) await assert.rejects(loadModel(device, base, { lora }), { name: "ConfigError", message });
});

test("an adapter without its base says what to give", async () => {
  const dir = join(folder, "good");
  const config = JSON.parse(await readFile(join(dir, "adapter_config.json"), "utf8"));
  await cp(dir, join(folder, "alone"), { recursive: true });
  await writeFile(join(folder, "alone", "adapter_config.json"), JSON.stringify({ ...config, base_model_name_or_path: null }));
  await assert.rejects(
    loadModel(device, join(folder, "alone")),
    /names no base model; give the base model, with this folder as its adapter/,
  );
  await assert.rejects(loadModel(device, dir, { adapter: dir }), /is an adapter itself; give the base model/);
  await assert.rejects(loadModel(device, folder, { adapter: folder }), /holds no adapter_config\.json/);
});

test("only adapters are placed to be trained", async () => {
  const model = await adaptedModel(device, join(folder, "llama"), { rank: 1, targets: ["up_proj"] });
  assert.deepEqual([...(await readParameters(adaptersOf(model.placed))).keys()].sort(), [
    ...["model.layers.0.mlp.up_proj.lora_A", "model.layers.0.mlp.up_proj.lora_B"],
    ...["model.layers.1.mlp.up_proj.lora_A", "model.layers.1.mlp.up_proj.lora_B"],
  ]);
  assert.equal(model.placed.parameterCount, 2 * (24 + 20));
  model.destroy();
});
