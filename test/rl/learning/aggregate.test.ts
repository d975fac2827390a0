import assert from "node:assert/strict";
import { test } from "node:test";
import { TOKEN_INPUT } from "../../../src/ops/records.ts";
import { type Aggregate, packBatch, type Sample, totalsOf } from "../../../src/rl/learning/micro_batches.ts";
import { sharedDevice } from "../../shared_device.ts";
import { type SmallRun, smallTrainer } from "../../small_policy.ts";

const device = await sharedDevice();

const sample = (length: number, isMasked = false): Sample => ({
  promptIds: [1, 2],
  completionIds: Array<number>(length).fill(3),
  oldLogprobs: Array<number>(length).fill(-1),
  advantage: 1,
  isMasked,
});

/** The weights that a token of each completion must have, of 2 completions with 4 tokens that count. */
const WEIGHTS: Readonly<Record<Aggregate, readonly number[]>> = {
  "token-mean": [1 / 4, 1 / 4, 0],
  "sequence-mean": [1 / (2 * 1), 1 / (2 * 3), 0],
  constant: [1 / (2 * 4), 1 / (2 * 4), 0],
};
const AGGREGATES = Object.keys(WEIGHTS) as Aggregate[];

test("the weight of a token is its share of the loss, as aggregate says", () => {
  const samples = [sample(1), sample(3), sample(2, true)];
  for (const aggregate of AGGREGATES) {
    for (const sharesRows of [false, true]) {
      const { inputs, responses } = packBatch(samples, totalsOf(samples), { aggregate, maxLength: 4, sharesRows });
      const weights = TOKEN_INPUT.column(inputs.token_inputs!, "weight");
      const expected = weights.map(() => 0);
      for (const [s, { completionIds }] of samples.entries()) {
        expected.fill(WEIGHTS[aggregate][s]!, responses[s]!, responses[s]! + completionIds.length);
      }
      assert.deepEqual(weights, expected.map(Math.fround), `${aggregate}, rows ${sharesRows ? "shared" : "apart"}`);
    }
  }
});

/** The gradient's norm in the first step, for each aggregate. */
async function norms(options: SmallRun): Promise<Record<Aggregate, number>> {
  const found: [string, number][] = [];
  for (const aggregate of AGGREGATES) {
    const { trainer, model } = await smallTrainer(device, { ...options, entropy: { controller: "none" }, grpo: { aggregate } });
    const { metrics } = await trainer.train();
    found.push([aggregate, metrics.grad_norm!]);
    trainer.destroy();
    model.destroy();
  }
  return Object.fromEntries(found) as Record<Aggregate, number>;
}

test("aggregate reaches the gradient where completions differ in length", async () => {
  // Half of the digits end a completion.
  const { "token-mean": byToken, "sequence-mean": bySequence, constant } = await norms({ stop: ["0", "1", "2", "3", "4"] });
  assert.ok(constant < 0.99 * byToken, `constant ${constant}, token-mean ${byToken}`);
  for (const other of [byToken, constant]) assert.ok(Math.abs(bySequence / other - 1) > 0.01, `sequence-mean ${bySequence}, ${other}`);
});

test("where all completions have maxNewTokens tokens every aggregate is the same mean", async () => {
  const { "token-mean": byToken, ...others } = await norms({ stop: [] });
  for (const [name, norm] of Object.entries(others))
    assert.ok(Math.abs(norm / byToken - 1) < 1e-6, `${name} ${norm}, token-mean ${byToken}`);
});
