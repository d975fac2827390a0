import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { createController } from "../../src/control/index.ts";
import { createLoss } from "../../src/loss/index.ts";
import { initializeParameters, placeModule, readParameters } from "../../src/nn/place.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../src/optim/adamw.ts";
import type { ActivationOptions } from "../../src/policy/activations.ts";
import { createPolicyUpdate } from "../../src/policy/update.ts";
import { createRandom } from "../../src/random.ts";
import { packBatch, rowsOfSample, type Sample, totalsOf } from "../../src/rl/learning/micro_batches.ts";

const device = await openDevice();
after(() => device.destroy());

const LLAMA = {
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 72,
  max_position_embeddings: 32,
};

const CONFIGS: Readonly<Record<string, { [key: string]: unknown }>> = {
  llama: { model_type: "llama", ...LLAMA, tie_word_embeddings: true },
  qwen3: { model_type: "qwen3", ...LLAMA, head_dim: 8, tie_word_embeddings: false },
  gpt2: { model_type: "gpt2", vocab_size: 40, n_embd: 32, n_layer: 3, n_head: 4, n_positions: 32 },
};

/** Completions of 8 to 20 tokens; the third is masked. */
function samples(): Sample[] {
  const random = createRandom(3);
  return Array.from({ length: 6 }, (_, i) => {
    const length = 8 + ((i * 5) % 13);
    return {
      promptIds: Array.from({ length: 2 + (i % 3) }, () => random.integer(40)),
      completionIds: Array.from({ length }, () => random.integer(40)),
      oldLogprobs: Array.from({ length }, () => -3.7 + 0.3 * random.normal()),
      advantage: random.normal(),
      isMasked: i === 2,
    };
  });
}

interface Wanted extends ActivationOptions {
  /** How many samples each micro-batch takes. */
  readonly cut: readonly number[];
  readonly frozen?: (name: string) => "f32" | undefined;
  readonly chunkBytes?: number;
}

/** Every bit of the gradients, and of the weights, after two updates; and the bytes of the update. */
async function learn(config: { [key: string]: unknown }, { cut, frozen, ...options }: Wanted) {
  const model = buildModel(config);
  const placed = placeModule(device, model, frozen ? { frozen } : {});
  initializeParameters(placed, 5);
  const optimizer = createAdamW(placed, { ...ADAMW_DEFAULTS, weightDecay: 0.01, maxGradNorm: 1 });
  const all = samples();
  const totals = totalsOf(all);
  const before = device.stats.bytesAllocated;
  const update = await createPolicyUpdate({
    ...{ device, optimizer, model, ...options },
    controller: createController({ controller: "pi", target: 1.3, kp: 1 }),
    loss: {
      ...{ temperature: 1, beta: 0, entropyCoef: 0, gate: "probability", tau: 0.1, alphaNorm: "all", aggregate: "token-mean" },
      loss: createLoss({ loss: "ppo-clip" }),
    },
    rows: all.reduce((sum, sample) => sum + rowsOfSample(sample), 0),
    sequences: all.length,
  });
  const bytes = device.stats.bytesAllocated - before;
  let begin = 0;
  const batches = cut.map((count) => {
    begin += count;
    return packBatch(all.slice(begin - count, begin), totals, { aggregate: "token-mean", maxLength: 20 });
  });
  const losses: number[] = [];
  for (let i = 0; i < 2; i += 1) losses.push((await update.step(batches, 0.003)).loss);
  const gradients = await readParameters(placed, optimizer.gradients);
  const weights = await readParameters(placed);
  for (const part of [update, optimizer, placed]) part.destroy();
  return { bytes, losses, bits: [...gradients.values(), ...weights.values()].map(({ data }) => Buffer.from(data.buffer).toString("hex")) };
}

/** Trains the attention of all blocks alone. */
const frozen = (name: string): "f32" | undefined => (/attn/.test(name) ? undefined : "f32");

const CASES: Readonly<Record<string, Wanted>> = {
  "one pass": { cut: [6] },
  "micro-batches of uneven length": { cut: [1, 3, 2] },
  "activations in 16 bits": { cut: [6], activations: "f16" },
  "micro-batches, activations in 16 bits, logits in chunks": { cut: [2, 4], activations: "f16", chunkBytes: 1 },
};

for (const [family, config] of Object.entries(CONFIGS)) {
  for (const [name, wanted] of Object.entries(CASES)) {
    test(`${family}: blocks that are computed again leave every bit of two updates as it is, ${name}`, async () => {
      const kept = await learn(config, wanted);
      const again = await learn(config, { ...wanted, recompute: true });
      assert.deepEqual(again.losses, kept.losses, `losses on ${device.name}`);
      assert.ok(
        again.bits.every((bits, i) => bits === kept.bits[i]),
        `gradients and weights on ${device.name}`,
      );
      assert.ok(again.bytes < 0.85 * kept.bytes, `${again.bytes} bytes, ${kept.bytes} without`);
    });
  }
}

test("blocks with frozen parameters are computed again to the bit", async () => {
  for (const config of Object.values(CONFIGS)) {
    const kept = await learn(config, { cut: [2, 4], frozen });
    const again = await learn(config, { cut: [2, 4], frozen, recompute: true });
    assert.deepEqual(again.losses, kept.losses);
    assert.deepEqual(again.bits, kept.bits);
  }
});
