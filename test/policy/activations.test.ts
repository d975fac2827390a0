import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { addAdapters, isOfAdapter, LORA_DEFAULTS } from "../../src/nn/lora.ts";
import { initializeParameters, placeModule } from "../../src/nn/place.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import type { ActivationStorage } from "../../src/policy/activations.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const SIZES = {
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 48,
  max_position_embeddings: 32,
  tie_word_embeddings: true,
};
const CONFIGS = {
  llama: { model_type: "llama", ...SIZES },
  qwen3: { model_type: "qwen3", head_dim: 8, ...SIZES },
  gpt2: { model_type: "gpt2", vocab_size: 40, n_embd: 32, n_layer: 3, n_head: 4, n_positions: 32 },
};

interface Trained {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  /** Bytes of the update's plan. */
  readonly bytes: number;
}

function packedBatch() {
  const samples = Array.from({ length: 12 }, (_, s) => {
    const completionIds = Array.from({ length: 20 + (s % 5) }, (_, i) => (s * 7 + i * i) % 40);
    return { promptIds: [1], completionIds, oldLogprobs: new Float32Array(completionIds.length), advantage: 0 };
  });
  return packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 25 });
}

const OPTIMIZER = { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const;

async function train(config: Record<string, unknown>, activations: ActivationStorage): Promise<Trained> {
  const model = buildModel(config);
  const placed = placeModule(device, model);
  initializeParameters(placed, 5);
  const optimizer = createAdamW(placed, OPTIMIZER);
  const batch = packedBatch();
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

interface Differentiated {
  readonly loss: number;
  readonly gradients: readonly (readonly [string, ArrayLike<number>])[];
}

/** The gradients of a step whose tokens have weights of one part in 100,000, as those of a long batch have. */
async function differentiate(
  config: Record<string, unknown>,
  activations: ActivationStorage,
  hasAdapter: boolean,
): Promise<Differentiated> {
  const model = buildModel(config);
  if (hasAdapter) addAdapters(model, LORA_DEFAULTS);
  const placed = placeModule(device, model, { frozen: (name) => (hasAdapter && !isOfAdapter(name) ? "f32" : undefined) });
  initializeParameters(placed, 5);
  const optimizer = createAdamW(placed, OPTIMIZER);
  const batch = packedBatch();
  const tokens = batch.inputs.token_inputs as Float32Array;
  for (let i = TOKEN_INPUT.index("weight"); i < tokens.length; i += TOKEN_INPUT.size) tokens[i]! *= 1e-5;
  const update = await createSupervisedUpdate({ device, model, optimizer, rows: batch.rows + 3, activations });
  const { loss } = await update.step(batch, 0);
  const gradients = [...(await readParameters(placed, optimizer.gradients))].map(([name, { data }]) => [name, data] as const);
  update.destroy();
  optimizer.destroy();
  return { loss, gradients };
}

/** |a - b| / |a| */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = (of: (i: number) => number): number => Math.hypot(...Array.from(a, (_, i) => of(i)));
  return length((i) => a[i]! - b[i]!) / length((i) => a[i]!);
}

for (const [name, config] of Object.entries(CONFIGS)) {
  for (const hasAdapter of [false, true]) {
    test(`${name}${hasAdapter ? " with LoRA" : ""}: the forward pass keeps its bits, and gradients too small for 16 bits are not rounded`, async () => {
      const whole = await differentiate(config, "f32", hasAdapter);
      const half = await differentiate(config, "f16", hasAdapter);
      assert.equal(half.loss, whole.loss);
      for (const [i, [parameter, gradient]] of whole.gradients.entries()) {
        if (hasAdapter && parameter.endsWith("lora_A")) continue; // 0 while lora_B is 0
        const off = distance(gradient, half.gradients[i]![1]);
        assert.ok(off < 2e-3, `the gradient of ${parameter} moved by ${off}`);
      }
    });
  }
}
