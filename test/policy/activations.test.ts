import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { initializeParameters, placeModule } from "../../src/nn/place.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import type { ActivationStorage } from "../../src/policy/activations.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";

const device = await openDevice();
after(() => device.destroy());

const CONFIGS = {
  llama: {
    model_type: "llama",
    vocab_size: 40,
    hidden_size: 32,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 48,
    max_position_embeddings: 32,
    tie_word_embeddings: true,
  },
  gpt2: { model_type: "gpt2", vocab_size: 40, n_embd: 32, n_layer: 3, n_head: 4, n_positions: 32 },
};

interface Trained {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  /** Bytes of the update's plan. */
  readonly bytes: number;
}

async function train(config: Record<string, unknown>, activations: ActivationStorage): Promise<Trained> {
  const model = buildModel(config);
  const placed = placeModule(device, model);
  initializeParameters(placed, 5);
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 });
  const samples = Array.from({ length: 12 }, (_, s) => {
    const completionIds = Array.from({ length: 20 + (s % 5) }, (_, i) => (s * 7 + i * i) % 40);
    return { promptIds: [1], completionIds, oldLogprobs: new Float32Array(completionIds.length), advantage: 0 };
  });
  const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 25 });
  const before = device.stats.bytesAllocated;
  const update = await createSupervisedUpdate({ device, model, optimizer, rows: batch.rows + 3, activations });
  const bytes = device.stats.bytesAllocated - before;
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < 8; step += 1) {
    const { loss, gradNorm } = await update.step(batch, 1e-2);
    losses.push(loss);
    norms.push(gradNorm);
  }
  update.destroy();
  optimizer.destroy();
  return { losses, norms, bytes };
}

for (const [name, config] of Object.entries(CONFIGS)) {
  test(`${name}: activations in 16 bits take less memory, leave the loss as it is and round the gradient`, async () => {
    const whole = await train(config, "f32");
    const half = await train(config, "f16");
    assert.equal(half.losses[0], whole.losses[0], "the forward pass is not touched");
    const difference = Math.abs(half.norms[0]! - whole.norms[0]!) / whole.norms[0]!;
    assert.ok(difference > 0 && difference < 1e-3, `the gradient's norm moved by ${difference}`);
    assert.ok(
      half.losses.every((loss, step) => Math.abs(loss - whole.losses[step]!) < 0.01 * whole.losses[0]!),
      `${half.losses}`,
    );
    assert.ok(half.losses.at(-1)! < 0.9 * half.losses[0]!, "it learns");
    assert.ok(half.bytes < 0.8 * whole.bytes, `${half.bytes} bytes, ${whole.bytes} without`);
  });
}
