import assert from "node:assert/strict";
import { test } from "node:test";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { scope } from "../../src/graph/trace.ts";
import { CausalSelfAttention, RotaryEmbedding } from "../../src/nn/attention.ts";
import { Embedding } from "../../src/nn/embedding.ts";
import { LanguageModel } from "../../src/nn/language_model.ts";
import { RMSNorm } from "../../src/nn/norm.ts";
import type { Rows } from "../../src/nn/rows.ts";
import { createModel } from "../../src/node/load_model.ts";
import { add } from "../../src/ops/add.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, smallTrainer, task, untimed } from "../small_policy.ts";

const device = await sharedDevice();
const SIZE = 16;
const CONTEXT = 16;

/** Applies its one attention layer several times, as ALBERT does. */
class Reused extends LanguageModel {
  readonly contextLength = CONTEXT;
  readonly hiddenSize = SIZE;
  readonly vocabSize: number;
  readonly embed_tokens: Embedding;
  readonly norm = new RMSNorm(SIZE, 1e-5);
  readonly attention = new CausalSelfAttention({
    hiddenSize: SIZE,
    heads: 2,
    keyValueHeads: 1,
    headDim: 8,
    rotary: new RotaryEmbedding({ positions: CONTEXT, headDim: 8, theta: 10000 }),
    std: 0.3,
  });
  readonly times: number;

  constructor(vocabSize: number, times: number) {
    super();
    this.vocabSize = vocabSize;
    this.times = times;
    this.embed_tokens = new Embedding(vocabSize, SIZE, 0.3);
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = this.embed_tokens.forward(tokens);
    for (let i = 0; i < this.times; i += 1) x = scope(`layers.${i}`, () => add(x, this.attention.forward(this.norm.forward(x), rows)));
    return this.norm.forward(x);
  }

  head(): Embedding["weight"] {
    return this.embed_tokens.weight;
  }
}

/** The metrics of two steps of a model that applies its layer so many times. */
async function twoSteps(times: number, grpo: object = {}): Promise<Metrics[]> {
  const tokenizer = characterTokenizer(task.alphabet);
  const config = { model_type: "reused", vocab_size: tokenizer.vocabSize };
  const model = await createModel(device, { config, tokenizer, seed: 1, build: () => new Reused(tokenizer.vocabSize, times) });
  const { trainer } = await smallTrainer(device, { model, grpo });
  const metrics = await run(trainer.train, 2);
  trainer.destroy();
  model.destroy();
  return metrics;
}

for (const times of [1, 2, 3]) {
  test(`a layer that is applied ${times} times keeps other keys and values each time: sampler and trainer are of one policy`, async () => {
    for (const metrics of await twoSteps(times)) {
      const difference = metrics["sampling/sampling_logp_difference/max"]!;
      assert.ok(difference < 1e-5, `log-probabilities of sampling and training differ by ${difference}`);
    }
  });
}

test("a layer that is applied twice can be computed again for the backward pass, to the same bits", async () => {
  assert.deepEqual(untimed(await twoSteps(2, { recompute: true })), untimed(await twoSteps(2)));
});
