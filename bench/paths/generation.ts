import type { Device } from "../../src/gpu/device.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { type Completion, createSampler, type Sampler } from "../../src/policy/sampler.ts";
import { createScorer } from "../../src/policy/score.ts";
import { createRandom } from "../../src/random.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import { normal } from "../../src/testing/values.ts";
import type { BenchCase, PreparedCase } from "../harness.ts";
import { type Sample, timeOnHost } from "../sampling.ts";
import { attentionFlops, describe, matrixElements, placeModel, S, type Size } from "./size.ts";

interface Generation {
  readonly size: Size;
  readonly sequences: number;
  /** Sequences that continue each prompt. */
  readonly groupSize: number;
  readonly promptLength: number;
  readonly newTokens: number;
}

/** Of the sampler's log-probabilities, compared with those of the trainer's forward pass. */
const TOLERANCE = 1e-4;

const GENERATION: Generation = { size: S, sequences: 256, groupSize: 1, promptLength: 16, newTokens: 32 };

export const generationCases: readonly BenchCase[] = [
  prefillCase(GENERATION),
  decodeCase(GENERATION),
  decodeCase({ ...GENERATION, groupSize: 8 }),
];

/** Runs prompts through the model into the cache and samples one token each: all that a sampler does before it decodes. */
function prefillCase(generation: Generation): BenchCase {
  const { size, sequences, promptLength } = generation;
  const tokens = sequences * promptLength;
  return {
    name: "prefill",
    shape: `${describe(size)} B${sequences} T${promptLength}`,
    flops: 2 * matrixElements(size) * tokens + attentionFlops(size, sequences, promptLength),
    bytes: 4 * matrixElements(size) + 4 * 2 * tokens * size.width * size.layers,
    prepare: async ({ device }) => {
      const parts = await openParts(device, { ...generation, newTokens: 1 });
      return {
        ...parts,
        time: async () => ({ ...(await timeOnHost(parts.generate)), tokens }),
      };
    },
  };
}

/** The tokens after the first: the time for all tokens less the time for one. Beside it, the steps' matrix products are timed. */
export function decodeCase(generation: Generation): BenchCase {
  const { size, sequences, groupSize, promptLength, newTokens } = generation;
  const steps = newTokens - 1;
  const tokens = sequences * steps;
  const attended = attentionFlops(size, sequences, promptLength + steps) - attentionFlops(size, sequences, promptLength);
  return {
    name: "decode",
    shape: `${describe(size)} B${groupSize === 1 ? sequences : `${sequences / groupSize}x${groupSize}`} T${promptLength}+${newTokens}`,
    flops: 2 * matrixElements(size) * tokens + attended,
    // Every step reads the weights, and of the cache as much as it attends to, prompts that are shared for each sequence.
    bytes: 4 * steps * matrixElements(size) + 2 * attended,
    prepare: async ({ device }) => {
      const parts = await openParts(device, generation);
      const prefill = await openParts(device, { ...generation, newTokens: 1 });
      const products = await openProducts(device, size, sequences, steps);
      return {
        ...parts,
        time: async () => {
          const decoding = difference(await timeOnHost(parts.generate), await timeOnHost(prefill.generate));
          const alone = await timeOnHost(products.run);
          const clock = device.software ? "processorMilliseconds" : "milliseconds";
          return { ...decoding, tokens, details: { matmulMilliseconds: alone[clock], timesItsMatmuls: decoding[clock] / alone[clock] } };
        },
        destroy: () => {
          for (const part of [parts, prefill, products]) part.destroy();
        },
      };
    },
  };
}

function difference(a: Sample, b: Sample): Sample {
  return {
    milliseconds: a.milliseconds - b.milliseconds,
    processorMilliseconds: a.processorMilliseconds - b.processorMilliseconds,
  };
}

interface Parts extends Pick<PreparedCase, "check" | "tolerance" | "destroy"> {
  generate(): Promise<void>;
}

async function openParts(device: Device, { size, sequences, groupSize, promptLength, newTokens }: Generation): Promise<Parts> {
  const { model, placed } = placeModel(device, size);
  const sampler = await createSampler({
    device,
    model,
    sequences,
    promptRows: sequences * promptLength,
    maxLength: promptLength + newTokens,
    maxNewTokens: newTokens,
    sampling: { temperature: 1, topK: 0, topP: 1 },
    stopTokens: [],
  });
  const random = createRandom(5);
  const texts = Array.from({ length: sequences / groupSize }, () =>
    Array.from({ length: promptLength }, () => random.integer(size.vocabulary)),
  );
  const prompts = Array.from({ length: sequences }, (_, key) => ({ ids: texts[Math.floor(key / groupSize)]!, key }));
  const completions = (): ReturnType<Sampler["generate"]> => sampler.generate(prompts, 7);
  return {
    tolerance: TOLERANCE,
    generate: async () => {
      await completions();
    },
    check: async () => {
      const first = await completions();
      assertSame(first, await completions());
      if (!first.every(({ ids }) => ids.length === newTokens && ids.every((id) => id < size.vocabulary))) {
        throw new Error(`wrong: a completion has other than ${newTokens} tokens of the vocabulary`);
      }
      return scoringError({ device, model }, prompts, first);
    },
    destroy: () => {
      sampler.destroy();
      placed.destroy();
    },
  };
}

function assertSame(first: readonly Completion[], second: readonly Completion[]): void {
  const bits = (completions: readonly Completion[]): string => completions.map(({ ids, logprobs }) => `${ids}:${logprobs}`).join("\n");
  if (bits(first) !== bits(second)) throw new Error("wrong: the same seed gave other completions");
}

/** Sequences that are scored again. */
const SCORED = 16;

/** Compares the log-probabilities that came with some completions with those of the forward pass that training takes. */
async function scoringError(
  { device, model }: Pick<Parameters<typeof createScorer>[0], "device" | "model">,
  prompts: readonly { readonly ids: readonly number[] }[],
  completions: readonly Completion[],
): Promise<number> {
  const samples = completions.slice(0, SCORED).map(({ ids, logprobs }, i) => ({
    promptIds: prompts[i]!.ids,
    completionIds: ids,
    oldLogprobs: logprobs,
    advantage: 0,
  }));
  const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 1 });
  const scorer = await createScorer({ device, model, rows: batch.rows, temperature: 1 });
  const { logprobs } = await scorer.score(batch);
  scorer.destroy();
  let largest = 0;
  for (let row = 0; row < batch.rows; row += 1) {
    const { old_logp, mask } = TOKEN_INPUT.read(batch.inputs.token_inputs!, row * TOKEN_INPUT.size);
    const error = mask === 0 ? 0 : Math.abs(logprobs[row]! - old_logp) / Math.abs(old_logp);
    if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return largest;
}

/** Decode steps per submission, as in createSampler. */
const STEPS_PER_SUBMIT = 16;

/** The matrix products of a decode step, with the biases and residuals that are fused into them, and nothing between them. */
async function openProducts(
  device: Device,
  { layers, width, vocabulary }: Size,
  sequences: number,
  steps: number,
): Promise<{ run(): Promise<void>; destroy(): void }> {
  const weights: Record<string, Float32Array> = {};
  const weight = (name: string, shape: readonly number[]): Tensor => {
    weights[name] = Float32Array.from(normal(shape, 1, 0.02).data);
    return input(name, shape);
  };
  const plan = await buildPlan(device, "decode's products", () => {
    // Nothing else reads these, so the plan must keep them.
    const kept: Tensor[] = [];
    let x = input("x", [sequences, width]);
    for (let layer = 0; layer < layers; layer += 1) {
      const linear = (from: Tensor, name: string, columns: number, residual?: Tensor): Tensor => {
        const bias = weight(`${layer} ${name} bias`, [columns]);
        return matmul(from, weight(`${layer} ${name}`, [from.size(1), columns]), { layout: "NN", bias, residual });
      };
      // Attention is left out. Its result has the width of x, so x takes its place.
      const qkv = linear(x, "c_attn", 3 * width);
      const attended = linear(x, "attn.c_proj", width, x);
      x = linear(linear(attended, "c_fc", 4 * width), "mlp.c_proj", width, attended);
      kept.push(qkv);
    }
    return { keep: [...kept, matmul(x, weight("head", [vocabulary, width]), { layout: "NT" })] };
  });
  plan.upload({ ...weights, x: Float32Array.from(normal([sequences, width], 2).data) });
  return {
    run: async () => {
      for (let done = 0; done < steps; done += STEPS_PER_SUBMIT) {
        submitPass(device, "products", (pass) => {
          for (let step = done; step < Math.min(steps, done + STEPS_PER_SUBMIT); step += 1) plan.encode(pass);
        });
      }
      await device.gpu.queue.onSubmittedWorkDone();
    },
    destroy: () => plan.destroy(),
  };
}
