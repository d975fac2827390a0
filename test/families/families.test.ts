import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import { heldTensors } from "../../src/io/safetensors.ts";
import { inputRows, packRows } from "../../src/nn/rows.ts";
import { loadModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { capLogits } from "../../src/ops/cap_logits.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { createRandom } from "../../src/random.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import type { Tensors } from "./float64_layers.ts";
import { referenceLogProbabilities } from "./float64_model.ts";
import { bases, forms } from "./forms.ts";
import { randomCheckpoint } from "./random_checkpoint.ts";

/** The largest error that a log-probability may have. */
const LARGEST_ERROR = 5e-5;

const device = await openDevice();
const dir = await mkdtemp(join(tmpdir(), "entropic-families-"));
after(async () => {
  device.destroy();
  await rm(dir, { recursive: true, force: true });
});

const tokenizer = characterTokenizer("abcd$");

async function load(config: Readonly<Record<string, unknown>>, tensors: Tensors): Promise<PolicyModel> {
  const stored = new Map([...tensors].map(([name, tensor]) => [name, { dtype: "F32", ...tensor }]));
  await writeCheckpoint(dir, { config, tensors: heldTensors(stored), tokenizerFiles: tokenizer.files });
  return loadModel(device, dir);
}

/** Two sequences, one of which is as long as the model allows. */
function sequencesOf({ contextLength, vocabSize }: PolicyModel["module"]): number[][] {
  const random = createRandom(7);
  return [contextLength, 11].map((length) => Array.from({ length }, () => random.integer(vocabSize)));
}

async function logProbabilities({ module }: PolicyModel, sequences: readonly number[][]): Promise<number[][]> {
  const tokens = Uint32Array.from(sequences.flat());
  const plan = await buildPlan(device, "logits", () => {
    const rows = runScalar("rows", tokens.length);
    const hidden = module.forward(input("tokens", [rows], "u32"), inputRows(rows));
    const logits = matmul(hidden, module.head(), { layout: "NT" });
    return { keep: [module.logitCap === undefined ? logits : capLogits(logits, module.logitCap)] };
  });
  plan.run({ scalars: { rows: tokens.length }, inputs: { tokens, ...packRows(sequences.map(({ length }) => length)) } });
  const [logits] = await plan.read(plan.result.keep);
  plan.destroy();
  return Array.from(tokens, (_, row) => {
    const values = [...logits!.subarray(row * module.vocabSize, (row + 1) * module.vocabSize)] as number[];
    const top = Math.max(...values);
    const total = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
    return values.map((value) => value - total);
  });
}

async function largestError(config: Readonly<Record<string, unknown>>, tensors: Tensors, stored = tensors): Promise<number> {
  const model = await load(config, stored);
  const sequences = sequencesOf(model.module);
  const found = await logProbabilities(model, sequences);
  model.destroy();
  const wanted = sequences.flatMap((tokens) => referenceLogProbabilities(config, tensors, tokens));
  return Math.max(...found.flatMap((row, t) => row.map((value, v) => Math.abs(value - wanted[t]![v]!))));
}

for (const [family, change] of forms) {
  test(`${family} with ${JSON.stringify(change).slice(0, 120)} computes what transformers computes`, async () => {
    const config = JSON.parse(JSON.stringify({ ...bases[family], ...change })) as Record<string, unknown>;
    const error = await largestError(config, randomCheckpoint(config));
    assert.ok(error < LARGEST_ERROR, `largest error of a log-probability: ${error}`);
  });
}

const numbers = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

test("base models whose names lack their beginning, buffers of old checkpoints, and a tied head that is stored twice", async () => {
  const gpt2 = bases.gpt2!;
  const own = randomCheckpoint(gpt2);
  const short = new Map([...own].map(([name, tensor]) => [name.replace("transformer.", ""), tensor]));
  const mask = { shape: [1, 1, 48, 48], data: new Float32Array(48 * 48) };
  const old = new Map([...short, ["h.0.attn.bias", mask], ["h.1.attn.masked_bias", { shape: [], data: Float32Array.of(-1e4) }]]);
  assert.ok(
    (await largestError(gpt2, own, new Map([...old, ["lm_head.weight", own.get("transformer.wte.weight")!]]))) < LARGEST_ERROR,
    "GPT-2",
  );

  const neo = bases.gpt_neo!;
  const full = randomCheckpoint(neo);
  const masks = new Map([
    ...full,
    ["transformer.h.0.attn.attention.bias", mask],
    ["transformer.h.1.attn.attention.masked_bias", numbers(-1e9)],
  ]);
  const bare = new Map([...masks].map(([name, tensor]) => [name.replace("transformer.", ""), tensor]));
  assert.ok((await largestError(neo, full, bare)) < LARGEST_ERROR, "GPT-Neo");

  const neoX = bases.gpt_neox!;
  const whole = randomCheckpoint(neoX);
  const cut = new Map([...whole].map(([name, tensor]) => [name.replace("gpt_neox.", ""), tensor]));
  const beside = [
    ["layers.0.attention.bias", mask],
    ["layers.0.attention.masked_bias", numbers(-1e9)],
    ["layers.1.attention.rotary_emb.inv_freq", numbers(1, 0.1)],
  ] as const;
  assert.ok((await largestError(neoX, whole, new Map([...cut, ...beside]))) < LARGEST_ERROR, "GPT-NeoX");

  const qwen = bases.qwen2!;
  const tied = randomCheckpoint(qwen);
  const base = new Map([...tied].map(([name, tensor]) => [name.replace("model.", ""), tensor]));
  const buffers = new Map([...base, ["layers.0.self_attn.rotary_emb.inv_freq", numbers(1, 0.1, 0.01)]]);
  assert.ok((await largestError(qwen, tied, buffers)) < LARGEST_ERROR, "Qwen2");
});

test("a tied head that stands in the file in place of the embedding, as safetensors' save_model leaves it", async () => {
  for (const [family, embedding] of [
    ["qwen2", "model.embed_tokens.weight"],
    ["gpt2", "transformer.wte.weight"],
  ] as const) {
    const tensors = randomCheckpoint(bases[family]!);
    const stored = new Map([...tensors].map(([name, tensor]) => [name === embedding ? "lm_head.weight" : name, tensor]));
    assert.ok((await largestError(bases[family]!, tensors, stored)) < LARGEST_ERROR, family);
  }
});

test("a head that differs from the embedding it is tied to, and a bias that config.json does not know, are refused with nothing placed", async () => {
  const config = bases.qwen2!;
  const tensors = randomCheckpoint(config);
  const embedding = tensors.get("model.embed_tokens.weight")!;
  const other = { ...embedding, data: embedding.data.map((value, i) => (i === 600 ? value + 1e-3 : value)) };
  const before = device.stats.bytesAllocated;
  await assert.rejects(
    load(config, new Map([...tensors, ["lm_head.weight", other]])),
    /holds tensors lm_head\.weight and model\.embed_tokens\.weight with different numbers, but config\.json ties them/,
  );
  await assert.rejects(
    load(config, new Map([...tensors, ["model.layers.1.self_attn.o_proj.bias", numbers(...new Array(20).fill(1))]])),
    /holds tensor model\.layers\.1\.self_attn\.o_proj\.bias \[20\], which this model does not use/,
  );
  assert.equal(device.stats.bytesAllocated, before);
});
