import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { GGUFValueType } from "@huggingface/gguf";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { roundTo16, widenFrom16 } from "../../src/half_float.ts";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import { type HostTensor, heldTensors, readSafetensors } from "../../src/io/safetensors.ts";
import { exportGguf, type GgufOptions } from "../../src/node/export_gguf.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { createScorer } from "../../src/policy/score.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { bases, llama3, yarn } from "../families/forms.ts";
import { randomCheckpoint } from "../families/random_checkpoint.ts";
import { adaptedModel, FAMILIES, tokenizer as letters, randomBatch, savedBase } from "../lora/small_lora.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { asHuggingFace } from "./as_hugging_face.ts";
import { type ReadGguf, readGguf } from "./read_gguf.ts";

const device = await openDevice();
const folder = await mkdtemp(join(tmpdir(), "entropic-gguf-"));
after(async () => {
  device.destroy();
  await rm(folder, { recursive: true, force: true });
});

const tokenizer = characterTokenizer("abcd$", { eos: "$" });
/** With the layers that llama.cpp expects. */
const gemma3 = { ...bases.gemma3_text, layer_types: undefined, num_hidden_layers: 6, sliding_window: 24 };
type Config = Readonly<Record<string, unknown>>;
type Options = Omit<GgufOptions, "openDevice">;

/** Exports a folder. No GPU may be opened where there is no adapter. */
async function exported(
  dir: string,
  options: Options = { type: "f32" },
  openDevice = () => assert.fail("a GPU was opened"),
): Promise<ReadGguf> {
  const path = join(folder, "model.gguf");
  const file = await exportGguf(path, dir, { ...options, openDevice });
  const read = await readGguf(path);
  assert.deepEqual([file.bytes, file.tensors], [read.bytes, read.tensors.size]);
  return read;
}

async function written(config: Config): Promise<{ dir: string; tensors: Map<string, HostTensor> }> {
  const stored = randomCheckpoint(config);
  const tensors = new Map([...stored].map(([name, tensor]) => [name, { dtype: "F32", ...tensor }]));
  const dir = join(folder, "model");
  await writeCheckpoint(dir, { config, tensors: heldTensors(tensors), tokenizerFiles: tokenizer.files });
  return { dir, tensors };
}

function assertSame(
  found: ReadonlyMap<string, HostTensor>,
  wanted: ReadonlyMap<string, HostTensor>,
  rounded = (data: Float32Array) => data,
): void {
  assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
  for (const [name, { shape, data }] of wanted) {
    const expected = shape.length > 1 && !/wpe|conv\.conv/.test(name) ? rounded(data as Float32Array) : data;
    assert.deepEqual(found.get(name)!.shape, shape, name);
    assert.deepEqual([...found.get(name)!.data], [...expected], name);
  }
}

const { gpt_neo: _, nanochat: __, phi3: ___, ...withGguf } = bases;

const forms: readonly Config[] = [
  ...Object.values({ ...withGguf, gemma3_text: gemma3 }),
  { ...bases.llama, attention_bias: true, mlp_bias: true, tie_word_embeddings: true },
  { ...bases.granite, attention_bias: true, mlp_bias: true, tie_word_embeddings: true },
  { ...bases.gpt2, tie_word_embeddings: false, n_inner: 20 },
  { ...bases.lfm2, tie_word_embeddings: false, conv_L_cache: 4 },
];

/** A weight that was kept less 1, rounded as the whole weight is in 32 bits. */
function withRoundedWeight([name, tensor]: [string, HostTensor]): [string, HostTensor] {
  const rounded = (tensor.data as Float32Array).map((value) => Math.fround(1 + value) - 1);
  return [name, name.endsWith("norm.weight") ? { ...tensor, data: rounded } : tensor];
}

/** Granite 4 comes back as a Granite 3, which has gate and up apart. */
function asGranite3([name, tensor]: [string, HostTensor]): [string, HostTensor][] {
  const own = name.replace("shared_mlp.output_linear", "mlp.down_proj");
  if (!name.includes("shared_mlp.input_linear")) return [[own, tensor]];
  const [rows, columns] = tensor.shape as [number, number];
  const half = (rows / 2) * columns;
  const part = (from: number): HostTensor => ({ ...tensor, shape: [rows / 2, columns], data: tensor.data.slice(from, from + half) });
  const named = (projection: string): string => name.replace("shared_mlp.input_linear", `mlp.${projection}`);
  return [
    [named("gate_proj"), part(0)],
    [named("up_proj"), part(half)],
  ];
}

for (const config of forms) {
  const { model_type: family, tie_word_embeddings: tied } = config;
  test(`${family}${config.attention_bias ? " with biases" : ""}${tied === undefined ? "" : `, tied: ${tied}`}: names, shapes and numbers come back`, async () => {
    const { dir, tensors: own } = await written(config);
    const tensors = new Map([...own].flatMap(/^gemma/.test(family as string) ? (entry) => [withRoundedWeight(entry)] : asGranite3));
    assertSame(asHuggingFace(await exported(dir)), tensors);
    const halves = await exported(dir, {});
    assertSame(asHuggingFace(halves), tensors, (data) => widenFrom16(roundTo16(data, "f16"), "f16"));
    for (const [name, { type, dimensions }] of halves.tensors) {
      assert.equal(type, dimensions.length === 1 || /position_embd|shortconv\.conv/.test(name) ? "F32" : "F16", name);
    }
  });
}

test("q8_0 keeps rows that are no whole blocks in f16", async () => {
  const { dir } = await written({ ...bases.llama, hidden_size: 32, head_dim: 8 });
  const { metadata, tensors } = await exported(dir, { type: "q8_0" });
  assert.equal(metadata["general.file_type"], 7);
  assert.equal(tensors.get("blk.1.attn_q.weight")!.type, "Q8_0");
  assert.equal(tensors.get("token_embd.weight")!.type, "Q8_0");
  assert.equal(tensors.get("blk.1.ffn_down.weight")!.type, "F16");
  assert.equal(tensors.get("blk.1.ffn_norm.weight")!.type, "F32");
});

test("metadata says what llama.cpp needs, with the types that it reads", async () => {
  const { dir } = await written({ ...bases.mistral, rms_norm_eps: 1e-5, rope_theta: 5e5, eos_token_id: 3, pad_token_id: 0 });
  const { metadata, types } = await exported(dir);
  const expected: Record<string, [GGUFValueType, unknown]> = {
    "general.architecture": [GGUFValueType.STRING, "llama"],
    "general.name": [GGUFValueType.STRING, "model"],
    "general.file_type": [GGUFValueType.UINT32, 0],
    "general.alignment": [GGUFValueType.UINT32, 32],
    "llama.block_count": [GGUFValueType.UINT32, 2],
    "llama.context_length": [GGUFValueType.UINT32, 48],
    "llama.embedding_length": [GGUFValueType.UINT32, 20],
    "llama.feed_forward_length": [GGUFValueType.UINT32, 27],
    "llama.attention.head_count": [GGUFValueType.UINT32, 4],
    "llama.attention.head_count_kv": [GGUFValueType.UINT32, 2],
    "llama.attention.key_length": [GGUFValueType.UINT32, 6],
    "llama.attention.value_length": [GGUFValueType.UINT32, 6],
    "llama.rope.dimension_count": [GGUFValueType.UINT32, 6],
    "llama.rope.freq_base": [GGUFValueType.FLOAT32, 5e5],
    "llama.attention.layer_norm_rms_epsilon": [GGUFValueType.FLOAT32, Math.fround(1e-5)],
    "llama.vocab_size": [GGUFValueType.UINT32, 31],
    "tokenizer.ggml.eos_token_id": [GGUFValueType.UINT32, 4],
    "tokenizer.ggml.eot_token_id": [GGUFValueType.UINT32, 3],
    "tokenizer.ggml.add_bos_token": [GGUFValueType.BOOL, false],
    "tokenizer.ggml.model": [GGUFValueType.STRING, "gpt2"],
  };
  for (const [key, [type, value]] of Object.entries(expected)) assert.deepEqual([types[key], metadata[key]], [type, value], key);
  const tokens = metadata["tokenizer.ggml.tokens"] as string[];
  assert.deepEqual([tokens.length, tokens[4], tokens[5], tokens[30]], [31, "$", "[PAD5]", "[PAD30]"]);
  assert.deepEqual((metadata["tokenizer.ggml.token_type"] as number[]).slice(3, 7), [1, 1, 5, 5]);

  const granite = await exported((await written(bases.granite!)).dir);
  const factors = ["embedding_scale", "residual_scale", "attention.scale", "logit_scale"].map((key) => granite.metadata[`granite.${key}`]);
  assert.deepEqual(factors, [12, 0.22, 0.7, 8].map(Math.fround));
  const granite4 = await exported((await written({ ...bases.granitemoehybrid, tie_word_embeddings: false })).dir);
  const shape = ({ metadata: own }: typeof granite) =>
    Object.fromEntries(Object.entries(own).filter(([key]) => key.startsWith("granite.")));
  assert.deepEqual(shape(granite4), shape(granite));

  const gpt2 = await exported((await written(bases.gpt2!)).dir);
  assert.equal(gpt2.metadata["gpt2.attention.layer_norm_epsilon"], Math.fround(1e-5));
  assert.equal(gpt2.metadata["gpt2.feed_forward_length"], 72);
});

test("stretched rotary angles are llama.cpp's keys, or factors", async () => {
  const wide = { ...bases.llama, head_dim: 16, rope_theta: 50 };
  const linear = (await exported((await written({ ...wide, rope_scaling: { type: "linear", factor: 3 } })).dir)).metadata;
  assert.deepEqual([linear["llama.rope.scaling.type"], linear["llama.rope.scaling.factor"]], ["linear", 3]);

  const stretched = (await exported((await written({ ...wide, rope_scaling: { ...yarn, attention_factor: 0.7, beta_fast: 2 } })).dir))
    .metadata;
  const key = (name: string): unknown => stretched[`llama.rope.scaling.${name}`];
  assert.deepEqual([key("type"), key("factor"), key("original_context_length"), key("yarn_beta_fast")], ["yarn", 4, 12, 2]);
  assert.ok(Math.abs((key("attn_factor") as number) * (1 + 0.1 * Math.log(4)) - 0.7) < 1e-6, "llama.cpp multiplies the two");
  assert.equal(key("yarn_beta_slow"), undefined);

  const { metadata, tensors } = await exported((await written({ ...wide, rope_scaling: llama3 })).dir, {});
  assert.equal(metadata["llama.rope.scaling.type"], undefined);
  const factors = tensors.get("rope_freqs.weight")!;
  assert.deepEqual([factors.type, factors.dimensions], ["F32", [8]]);
  factors.data.forEach((found, i) => {
    const frequency = 50 ** (-i / 8);
    const turns = (frequency * llama3.original_max_position_embeddings) / (2 * Math.PI);
    const smooth = (turns - llama3.low_freq_factor) / (llama3.high_freq_factor - llama3.low_freq_factor);
    const scaled = turns > 4 ? frequency : turns < 1 ? frequency / 8 : ((1 - smooth) * frequency) / 8 + smooth * frequency;
    assert.ok(Math.abs(frequency / found - scaled) < 1e-6 * scaled, `frequency ${i}`);
  });
});

test("what llama.cpp would not compute is refused in one line", async () => {
  const refused: readonly (readonly [Config, RegExp])[] = [
    [{ ...bases.qwen3, attention_bias: true }, /attention_bias is true; llama\.cpp's qwen3 has no biases/],
    [{ ...bases.olmo2, attention_bias: true }, /attention_bias is true; llama\.cpp's olmo2 has no biases/],
    [{ ...bases.smollm3, mlp_bias: true }, /mlp_bias is true; llama\.cpp's smollm3 has no biases/],
    [{ ...bases.smollm3, no_rope_layer_interval: 2 }, /no_rope_layers is \[1,0,1,0,1\]; llama\.cpp's smollm3 leaves out the positions/],
    [
      bases.gpt_neo!,
      /model_type "gpt_neo" has no GGUF file here; those that do are gemma2, gemma3_text, gpt2, gpt_neox, granite, granitemoehybrid, lfm2, llama/,
    ],
    [bases.gemma3_text!, /layer_types is \["sliding_attention","full_attention",.*; in llama\.cpp's gemma3 every sixth layer/],
    [
      { ...bases.granitemoehybrid, position_embedding_type: "nope" },
      /position_embedding_type is "nope"; llama\.cpp's granite rotates queries and keys/,
    ],
    [bases.nanochat!, /model_type "nanochat" has no GGUF file here/],
    [bases.phi3!, /model_type "phi3" has no GGUF file here/],
    [
      { ...bases.llama, rope_scaling: { type: "longrope", short_factor: [1, 2, 3], long_factor: [1, 2, 3] } },
      /rope_type is "longrope"; its factors are not exported/,
    ],
    [{ ...bases.gpt_neox, attention_bias: false }, /attention_bias is false; llama\.cpp's gptneox has biases/],
    [{ ...bases.gpt_neox, tie_word_embeddings: true }, /tie_word_embeddings is true; llama\.cpp's gptneox has a head of its own/],
    [{ ...gemma3, rope_local_base_freq: 500 }, /rope_local_base_freq is 500; llama\.cpp's gemma3 rotates local layers/],
    [{ ...gemma3, query_pre_attn_scalar: 5 }, /query_pre_attn_scalar is 5; llama\.cpp's gemma3 divides by the root of head_dim \(6\)/],
    [{ ...gemma3, head_dim: 16, query_pre_attn_scalar: 16, rope_scaling: yarn }, /rope_type is "yarn"; llama\.cpp's gemma3 stretches/],
    [{ ...gemma3, final_logit_softcapping: 30 }, /final_logit_softcapping is 30; llama\.cpp's gemma3 caps nothing/],
    [{ ...bases.gemma2, attn_logit_softcapping: null }, /attn_logit_softcapping is null; llama\.cpp's gemma2 caps the scores of attention/],
    [{ ...bases.gemma2, final_logit_softcapping: null }, /final_logit_softcapping is null; llama\.cpp's gemma2 caps logits/],
    [
      { ...bases.gemma2, query_pre_attn_scalar: 5 },
      /query_pre_attn_scalar is 5; llama\.cpp's gemma2 divides by the root of head_dim \(6\)/,
    ],
    [
      { ...bases.gemma2, num_hidden_layers: 46 },
      // As in the 27B, the width shared out among the heads.
      /query_pre_attn_scalar is 6; llama\.cpp's gemma2 divides by the root of hidden_size over num_attention_heads \(5\)/,
    ],
    [
      { ...bases.gemma2, layer_types: ["full_attention", "sliding_attention", "full_attention"] },
      /layer_types is .*; in llama\.cpp's gemma2 every other layer attends to everything/,
    ],
    [
      { ...bases.gemma2, head_dim: 16, query_pre_attn_scalar: 16, rope_scaling: yarn },
      /rope_type is "yarn"; llama\.cpp's gemma2 stretches no rotary angles/,
    ],
    [{ ...bases.qwen2, head_dim: 16, rope_scaling: llama3 }, /rope_type is "llama3"; llama\.cpp's qwen2 does not read its factors/],
    [{ ...bases.llama, head_dim: 16, rope_scaling: { ...yarn, truncate: false } }, /truncate is false; llama\.cpp's YaRN/],
  ];
  for (const [config, message] of refused) {
    const { dir } = await written(config);
    await assert.rejects(exported(dir), message);
  }
});

async function logprobs(model: PolicyModel): Promise<Float32Array> {
  const batch = randomBatch([5, 9, 3], letters.vocabSize);
  const scorer = await createScorer({ device, model: model.module, rows: batch.rows, temperature: 1 });
  const { logprobs: found } = await scorer.score(batch);
  for (const part of [scorer, model]) part.destroy();
  return found;
}

for (const family of Object.keys(FAMILIES)) {
  test(`${family}: weights read back from the file give the bits of the original, and an adapter is added first`, async () => {
    const base = await savedBase(device, folder, family);
    const back = join(folder, "back");
    const readBack = async (file: ReadGguf): Promise<PolicyModel> => {
      const config = { vocab_size: letters.vocabSize, ...FAMILIES[family] };
      await writeCheckpoint(back, { config, tensors: heldTensors(asHuggingFace(file)), tokenizerFiles: letters.files });
      return loadModel(device, back);
    };
    assert.deepEqual(await logprobs(await readBack(await exported(base))), await logprobs(await loadModel(device, base)));

    const adapted = await adaptedModel(device, base, { rank: 2, targets: "all-linear" });
    const [adapter, merged] = [join(folder, "adapter"), join(folder, "merged")];
    await saveModel(adapter, adapted);
    await saveModel(merged, adapted, { merged: true });
    adapted.destroy();
    const file = await exported(adapter, { type: "f32" }, (() => openDevice()) as never);
    assertSame(asHuggingFace(file), await readSafetensors(join(merged, "model.safetensors")));
  });
}

test("a GPU that was opened to add an adapter is closed where that fails", async () => {
  const adapter = join(folder, "without-tensors");
  await mkdir(adapter);
  const config = { peft_type: "LORA", r: 2, lora_alpha: 2, target_modules: ["q_proj"] };
  await writeFile(join(adapter, "adapter_config.json"), JSON.stringify(config));
  const opened = await openDevice();
  const options = { adapter, openDevice: async () => opened };
  await assert.rejects(exportGguf(join(folder, "never.gguf"), "countdown-base", options), /adapter_model\.safetensors/);
  const open = new Promise((resolve) => setTimeout(() => resolve({ reason: "none" }), 1000));
  assert.equal(((await Promise.race([opened.gpu.lost, open])) as { reason: string }).reason, "destroyed");
});

const STORIES = "models/stories260K";
for (const name of ["models/checkpoints/countdown-base", "models/checkpoints/sort-base", STORIES]) {
  test(`${name} comes back number for number`, name === STORIES ? needsShared(STORIES) : {}, async () => {
    const dir = name === STORIES ? sharedPath(STORIES)! : name;
    const wanted = await readSafetensors(join(dir, "model.safetensors"));
    wanted.delete("lm_head.weight");
    assertSame(asHuggingFace(await exported(dir)), wanted);
  });
}
