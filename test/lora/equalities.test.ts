import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { relativeError } from "../../src/gpu/relative_error.ts";
import { readTensors } from "../../src/io/safetensors.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { adaptedMatrices, adaptersOf, type LoraOptions } from "../../src/nn/lora.ts";
import { mergedParameters } from "../../src/nn/merge_adapters.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import type { ActivationStorage } from "../../src/policy/activations.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { createScorer } from "../../src/policy/score.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { sharedDevice } from "../shared_device.ts";
import { adaptedModel, FAMILIES, randomBatch, savedBase, testFolder, tokenizer } from "./small_lora.ts";

const device = await sharedDevice();
const folder = await testFolder();
const batch = randomBatch([5, 9, 3], tokenizer.vocabSize);

async function logprobs({ module }: PolicyModel, withoutAdapter = false): Promise<Float32Array> {
  const scorer = await createScorer({ device, model: module, rows: batch.rows, temperature: 1, withoutAdapter });
  const { logprobs: found } = await scorer.score(batch);
  scorer.destroy();
  return found;
}

/** The gradients of a weighted cross-entropy by everything that is trained. */
async function gradientsOf({ module, placed }: PolicyModel, activations: ActivationStorage = "f32") {
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0, maxGradNorm: null });
  const update = await createSupervisedUpdate({ device, model: module, optimizer, rows: batch.rows, activations });
  await update.step(batch, 0);
  const found = await readParameters(placed, optimizer.gradients);
  for (const part of [update, optimizer]) part.destroy();
  return found;
}

/** Differs by family and layer, so that a mistake in one of them is seen: parts of a fused matrix with gaps between, odd ranks, two scales. */
const LORA: Readonly<Record<string, Partial<LoraOptions>>> = {
  llama: { rank: 4, alpha: 6, targets: ["q_proj", "v_proj", "up_proj", "down_proj"] },
  qwen2: { rank: 3, alpha: 5, targets: "all-linear", alphaPattern: { k_proj: 2 }, rankPattern: { "0.mlp.(gate|up)_proj": 5 } },
  qwen3: { rank: 8, alpha: 4, targets: ".*layers\\.1\\..*_proj", rslora: true, exclude: ["gate_proj"] },
  lfm2: { rank: 2, alpha: 5, targets: ["in_proj", "out_proj", "k_proj", "w1", "w2"], alphaPattern: { "conv.out_proj": 3 } },
  gpt2: { rank: 2, alpha: 3, targets: ["c_attn", "c_fc", "c_proj"] },
};

for (const family of Object.keys(FAMILIES)) {
  test(`${family}: new adapters change nothing, trained ones do, and the base stays under them`, async () => {
    const dir = await savedBase(device, folder, family);
    const base = await loadModel(device, dir);
    const expected = await logprobs(base);
    const fresh = await adaptedModel(device, dir, LORA[family], false);
    assert.ok(relativeError(await logprobs(fresh), expected) < 1e-6);
    const trained = await adaptedModel(device, dir, LORA[family]);
    assert.ok(relativeError(await logprobs(trained), expected) > 0.05, "adapters with a B change the model");
    assert.deepEqual(await logprobs(trained, true), expected, "with adapters left out the bits are the base's");
    for (const model of [base, fresh, trained]) model.destroy();
  });

  test(`${family}: merged and unmerged give the same log-probabilities and the same completions`, async () => {
    const trained = await adaptedModel(device, await savedBase(device, folder, family), LORA[family]);
    const dir = join(folder, `${family}-merged`);
    await saveModel(dir, trained, { merged: true });
    const merged = await loadModel(device, dir);
    assert.equal(merged.adapter, undefined);
    assert.ok(relativeError(await logprobs(merged), await logprobs(trained)) < 1e-5);
    assert.deepEqual(await completions(merged), await completions(trained));
    for (const model of [merged, trained]) model.destroy();
  });

  test(`${family}: the gradients of both halves are those of the whole matrix, times the other half`, async () => {
    const trained = await adaptedModel(device, await savedBase(device, folder, family), LORA[family]);
    const dir = join(folder, `${family}-whole`);
    await saveModel(dir, trained, { merged: true });
    const merged = await loadModel(device, dir);
    const whole = await gradientsOf(merged);
    const halves = await readParameters(adaptersOf(trained.placed));
    const found = await gradientsOf(trained);
    assert.deepEqual([...found.keys()].sort(), [...halves.keys()].sort(), "nothing else has a gradient");
    const rounded = await gradientsOf(trained, "f16");
    for (const matrix of adaptedMatrices(trained.module)) {
      const expected = projected(matrix, whole.get(`${matrix.name}.weight`)!, halves);
      for (const [half, values] of Object.entries(expected)) {
        const name = `${matrix.name}.${half}`;
        const error = relativeError(found.get(name)!.data, values);
        assert.ok(error < 1e-5, `${name}: error ${error}`);
        const errorOfRounded = relativeError(rounded.get(name)!.data, values);
        assert.ok(errorOfRounded < 1e-2, `${name} with 16-bit activations: error ${errorOfRounded}`);
      }
    }
    for (const model of [merged, trained]) model.destroy();
  });
}

type Arrays = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** dA = scale B^T dW and dB = scale dW A^T, in double precision. */
function projected(
  { name, rank, scale, isTransposed }: ReturnType<typeof adaptedMatrices>[number],
  { data: grad }: { readonly data: Float32Array },
  halves: Arrays,
): Record<"lora_A" | "lora_B", Float64Array> {
  const [a, b] = [halves.get(`${name}.lora_A`)!, halves.get(`${name}.lora_B`)!];
  const [inner, outer] = [a.shape[1]!, b.shape[0]!];
  const [lora_A, lora_B] = [new Float64Array(rank * inner), new Float64Array(outer * rank)];
  for (let out = 0; out < outer; out += 1) {
    for (let i = 0; i < inner; i += 1) {
      const value = scale * grad[isTransposed ? i * outer + out : out * inner + i]!;
      for (let k = 0; k < rank; k += 1) {
        lora_A[k * inner + i]! += value * b.data[out * rank + k]!;
        lora_B[out * rank + k]! += value * a.data[k * inner + i]!;
      }
    }
  }
  return { lora_A, lora_B };
}

async function completions({ module }: PolicyModel): Promise<number[][]> {
  const sampling = { temperature: 0.7, topK: 0, topP: 1 };
  const lengths = { sequences: 3, promptRows: 9, maxLength: 12, maxNewTokens: 8 };
  const sampler = await createSampler({ device, model: module, sampling, stopTokens: [], ...lengths });
  const found = await sampler.generate(
    [[1, 2, 3], [4], [9, 0]].map((ids, key) => ({ ids, key })),
    5,
  );
  sampler.destroy();
  return found.map(({ ids }) => [...ids]);
}

test("merging is a sum in double precision", async () => {
  const trained = await adaptedModel(device, await savedBase(device, folder, "gpt2"), LORA.gpt2);
  const [base, halves, merged] = [
    await readParameters(trained.placed),
    await readParameters(adaptersOf(trained.placed)),
    await readTensors(await mergedParameters(trained.placed), "merged"),
  ];
  const name = "transformer.h.1.mlp.c_fc";
  const [a, b] = [halves.get(`${name}.lora_A`)!, halves.get(`${name}.lora_B`)!];
  const sum = base.get(`${name}.weight`)!.data[5 * 64 + 9]! + 1.5 * (b.data[18]! * a.data[5]! + b.data[19]! * a.data[16 + 5]!);
  assert.equal(merged.get(`${name}.weight`)!.data[5 * 64 + 9], Math.fround(sum));
  assert.deepEqual(merged.get("transformer.wpe.weight")!.data, base.get("transformer.wpe.weight")!.data);
  trained.destroy();
});

test("scales follow rank, alpha and their patterns, with and without rslora", async () => {
  const scales = async (family: string): Promise<Record<string, number>> => {
    const model = await adaptedModel(device, await savedBase(device, folder, family), LORA[family]);
    const found = adaptedMatrices(model.module).filter(
      ({ name }) => /\.[1]\..*(q|k|gate)_proj/.test(name) || /\.0\..*gate_proj/.test(name),
    );
    model.destroy();
    return Object.fromEntries(found.map(({ name, scale }) => [name.replace(/^model\.layers\./, ""), scale]));
  };
  assert.deepEqual(await scales("qwen3"), { "1.self_attn.q_proj": 4 / Math.sqrt(8), "1.self_attn.k_proj": 4 / Math.sqrt(8) });
  assert.deepEqual(await scales("qwen2"), {
    ...{ "0.mlp.gate_proj": 5 / 5, "1.self_attn.q_proj": 5 / 3, "1.self_attn.k_proj": 2 / 3, "1.mlp.gate_proj": 5 / 3 },
  });
});

test("first halves are drawn as PEFT draws them, from their seed", async () => {
  const dir = await savedBase(device, folder, "llama");
  const halvesOf = async (seed: number): Promise<Float32Array> => {
    const model = await adaptedModel(device, dir, { rank: 64, targets: ["q_proj"], seed }, false);
    const { data } = (await readParameters(adaptersOf(model.placed))).get("model.layers.0.self_attn.q_proj.lora_A")!;
    model.destroy();
    return data;
  };
  const [one, again, other] = [await halvesOf(1), await halvesOf(1), await halvesOf(2)];
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, other);
  const bound = 1 / Math.sqrt(24);
  const variance = one.reduce((sum, value) => sum + value * value, 0) / one.length;
  assert.ok(
    one.every((value) => Math.abs(value) <= bound),
    "inside the bound of Kaiming's uniform distribution with a = sqrt(5)",
  );
  assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.1, `variance ${variance}`);
});

test("a base in bf16 stays in it under adapters, and computes what the same numbers do in f32", async () => {
  const dir = join(folder, "bf16");
  const base = await loadModel(device, await savedBase(device, folder, "llama"));
  await saveModel(dir, base, { dtype: "bf16" });
  const half = await loadModel(device, dir, { lora: { rank: 2 } });
  const wide = await loadModel(device, dir, { lora: { rank: 2 }, baseStorage: "f32" });
  assert.deepEqual([half.adapter?.storage, wide.adapter?.storage], ["bf16", "f32"]);
  assert.ok(relativeError(await logprobs(half), await logprobs(wide)) < 1e-5);
  const expected = await gradientsOf(wide);
  for (const [name, { data }] of await gradientsOf(half)) {
    if (name.endsWith("lora_B")) assert.ok(relativeError(data, expected.get(name)!.data) < 1e-5, name);
  }
  for (const model of [base, half, wide]) model.destroy();
});
