import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import type { Device } from "../../src/gpu/device.ts";
import { adaptersOf } from "../../src/nn/lora.ts";
import { writeParameter } from "../../src/nn/parameter_memory.ts";
import { packRows } from "../../src/nn/rows.ts";
import type { AdapterOptions } from "../../src/node/load_adapter.ts";
import { createModel, loadModel, saveModel } from "../../src/node/load_model.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import type { UpdateBatch } from "../../src/policy/update.ts";
import { createRandom } from "../../src/random.ts";
import type { PolicyModel } from "../../src/rl/model.ts";

const shape = { hidden_size: 24, num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 1, intermediate_size: 20 };
const llama = { model_type: "llama", ...shape, max_position_embeddings: 16, initializer_range: 0.2, tie_word_embeddings: true };

/**
 * Tiny models of several architectures, with fused parts, layers that files name otherwise, biases, norms of heads and GPT-2's transposed
 * matrices among them.
 */
export const FAMILIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama: { ...llama, tie_word_embeddings: false },
  qwen2: { ...llama, model_type: "qwen2" },
  qwen3: { ...llama, model_type: "qwen3", head_dim: 8 },
  lfm2: { ...llama, model_type: "lfm2", full_attn_idxs: [1], block_auto_adjust_ff_dim: false },
  gpt2: { model_type: "gpt2", n_embd: 16, n_layer: 2, n_head: 2, n_positions: 16, initializer_range: 0.2 },
};

export const tokenizer = characterTokenizer("abcdefghijk$");

/** A folder that is removed after the tests of a file. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "entropic-lora-"));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Saves a model with random weights and returns its folder. */
export async function savedBase(device: Device, folder: string, family: string): Promise<string> {
  const dir = join(folder, family);
  const config = { vocab_size: tokenizer.vocabSize, ...FAMILIES[family] };
  const model = await createModel(device, { config, tokenizer, seed: 7, generation: { eos_token_id: 11 } });
  await saveModel(dir, model);
  model.destroy();
  return dir;
}

/** Loads a base with new adapters. With `isTrained` their second halves are random too, as after some training. */
export async function adaptedModel(device: Device, dir: string, lora: AdapterOptions["lora"] = {}, isTrained = true): Promise<PolicyModel> {
  const model = await loadModel(device, dir, { lora });
  const random = createRandom(3);
  for (const { name, parameter } of isTrained ? adaptersOf(model.placed).placements : []) {
    if (!name.endsWith("lora_B")) continue;
    const writer = writeParameter(device, parameter);
    writer.write(Float32Array.from({ length: parameter.shape[0]! * parameter.shape[1]! }, () => 0.3 * random.normal()));
    writer.end();
  }
  return model;
}

/** Packed rows of random tokens, each with a weight. */
export function randomBatch(lengths: readonly number[], vocabulary: number): UpdateBatch {
  const random = createRandom(11);
  const rows = lengths.reduce((a, b) => a + b, 0);
  const ids = (): Uint32Array => Uint32Array.from({ length: rows }, () => random.integer(vocabulary));
  const weights = Array.from({ length: rows }, () => TOKEN_INPUT.pack({ weight: random.normal(), mask: 1 }));
  const inputs = { tokens: ids(), actions: ids(), token_inputs: Float32Array.from(weights.flat()), ...packRows(lengths) };
  return { rows, sequences: lengths.length, inputs };
}
