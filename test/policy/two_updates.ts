import { buildModel } from "../../models/index.ts";
import { createController } from "../../src/control/index.ts";
import type { Device } from "../../src/gpu/device.ts";
import { createLoss } from "../../src/loss/index.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { initializeParameters, type PlaceOptions, placeModule } from "../../src/nn/place.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../src/optim/adamw.ts";
import type { ActivationOptions } from "../../src/policy/activations.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { createPolicyUpdate } from "../../src/policy/update.ts";
import { createRandom } from "../../src/random.ts";
import { type Aggregate, packBatch, type Sample, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import { rowsOfSample } from "../../src/rl/learning/row_layout.ts";

const LLAMA = {
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 72,
  max_position_embeddings: 32,
};

/** A small model of each family. */
export const CONFIGS: Readonly<Record<string, { [key: string]: unknown }>> = {
  llama: { model_type: "llama", ...LLAMA, tie_word_embeddings: true },
  qwen3: { model_type: "qwen3", ...LLAMA, head_dim: 8, tie_word_embeddings: false },
  gpt2: { model_type: "gpt2", vocab_size: 40, n_embd: 32, n_layer: 3, n_head: 4, n_positions: 32 },
};

/** Completions of 8 to 20 tokens; the third is masked. `group`: so many neighbours have one prompt. */
export function samples(group = 1): Sample[] {
  const random = createRandom(3);
  const prompts = Array.from({ length: 6 }, (_, i) => Array.from({ length: 2 + (i % 3) }, () => random.integer(40)));
  return prompts.map((_, i) => {
    const length = 8 + ((i * 5) % 13);
    return {
      promptIds: prompts[i - (i % group)]!,
      completionIds: Array.from({ length }, () => random.integer(40)),
      oldLogprobs: Array.from({ length }, () => -3.7 + 0.3 * random.normal()),
      advantage: random.normal(),
      isMasked: i === 2,
    };
  });
}

/** How the two updates are done. */
export interface Wanted extends ActivationOptions {
  /** How many samples each micro-batch takes. */
  readonly cut: readonly number[];
  readonly frozen?: PlaceOptions["frozen"];
  readonly chunkBytes?: number;
  /** How many samples have one prompt, and whether they share its rows. */
  readonly group?: number;
  readonly sharesRows?: boolean;
  /** "supervised" learns the completions by their cross-entropy. */
  readonly aggregate?: Aggregate | "supervised";
}

/** What two updates did: their losses, the gradients of the first, gradients and weights after the second, and the bytes of the update. */
export async function twoUpdates(device: Device, config: { [key: string]: unknown }, wanted: Wanted) {
  const { cut, frozen, aggregate = "token-mean", group, ...options } = wanted;
  const model = buildModel(config);
  const placed = placeModule(device, model, frozen ? { frozen } : {});
  initializeParameters(placed, 5);
  const optimizer = createAdamW(placed, { ...ADAMW_DEFAULTS, weightDecay: 0.01, maxGradNorm: 1 });
  const all = samples(group);
  const totals = totalsOf(all);
  const packing = {
    aggregate: aggregate === "supervised" ? "token-mean" : aggregate,
    maxLength: 20,
    sharesRows: options.sharesRows,
  } as const;
  let begin = 0;
  const batches = cut.map((count) => {
    begin += count;
    return packBatch(all.slice(begin - count, begin), totals, packing);
  });
  const before = device.stats.bytesAllocated;
  const rows = all.reduce((sum, sample) => sum + rowsOfSample(sample), 0);
  const given = { device, optimizer, model, rows, ...options };
  const update =
    aggregate === "supervised"
      ? await createSupervisedUpdate(given)
      : await createPolicyUpdate({ ...given, ...policyOptions(aggregate), sequences: all.length });
  const bytes = device.stats.bytesAllocated - before;
  const losses: number[] = [];
  const gradients: Float32Array[] = [];
  for (let i = 0; i < 2; i += 1) {
    losses.push((await update.step(batches, 0.003)).loss);
    gradients.push(flat(await readParameters(placed, optimizer.gradients)));
  }
  const weights = flat(await readParameters(placed));
  for (const part of [update, optimizer, placed]) part.destroy();
  return { bytes, losses, gradients: gradients as [Float32Array, Float32Array], weights };
}

function policyOptions(aggregate: Aggregate) {
  return {
    controller: createController({ controller: "pi", target: 1.3, kp: 1 }),
    loss: {
      ...({ temperature: 1, beta: 0, entropyCoef: 0, gate: "probability", tau: 0.1, alphaNorm: "all" } as const),
      loss: createLoss({ loss: "ppo-clip" }),
      aggregate,
    },
  };
}

function flat(arrays: ReadonlyMap<string, { readonly data: Float32Array }>): Float32Array {
  return Float32Array.from([...arrays.values()].flatMap(({ data }) => [...data]));
}
