import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { inputRows, packRows } from "../../src/nn/rows.ts";
import { loadModel } from "../../src/node/load_model.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { createScorer } from "../../src/policy/score.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const STORIES = "models/stories260K";
const BEGIN = 1;
const ONCE = [403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426];

let loaded: Promise<PolicyModel> | undefined;
function stories(): Promise<PolicyModel> {
  loaded ??= loadModel(device, sharedPath(STORIES)!);
  return loaded;
}

const generatorOf = async (sequences: number, maxNewTokens: number, temperature: number): ReturnType<typeof createSampler> =>
  createSampler({
    device,
    model: (await stories()).module,
    sequences,
    promptRows: sequences * 4,
    maxLength: 4 + maxNewTokens,
    maxNewTokens,
    sampling: { temperature, topK: 0, topP: 1 },
    stopTokens: [],
  });

test("stories260K continues greedily as published, through the cache", needsShared(STORIES), async () => {
  const generator = await generatorOf(1, ONCE.length, 0);
  const [completion] = await generator.generate([{ ids: [BEGIN], key: 0 }], 0);
  assert.deepEqual(completion!.ids, ONCE);
  generator.destroy();
});

test("stories260K continues greedily as published, by full recomputation", needsShared(STORIES), async () => {
  const { module } = await stories();
  const plan = await buildPlan(device, "logits", () => {
    const rows = runScalar("rows", ONCE.length);
    const hidden = module.forward(input("tokens", [rows], "u32"), inputRows(rows));
    return { keep: [matmul(hidden, module.head().tensor, { layout: "NT" })] };
  });
  const ids = [BEGIN];
  for (const wanted of ONCE) {
    plan.run({ scalars: { rows: ids.length }, inputs: { tokens: Uint32Array.from(ids), ...packRows([ids.length]) } });
    const [logits] = await plan.read(plan.result.keep);
    const last = logits!.subarray((ids.length - 1) * module.vocabSize, ids.length * module.vocabSize);
    assert.equal(last.indexOf(Math.max(...last)), wanted);
    ids.push(wanted);
  }
  plan.destroy();
});

test("log-probabilities of sampling and of the training forward agree within 1e-4", needsShared(STORIES), async () => {
  const { module } = await stories();
  const generator = await generatorOf(5, 24, 1);
  const prompts = [[1], [1, 403], [1, 403, 407], [1, 261, 378, 300], [1, 9]].map((ids, key) => ({ ids, key }));
  const completions = await generator.generate(prompts, 7);
  const samples = completions.map((completion, i) => ({
    promptIds: prompts[i]!.ids,
    completionIds: completion.ids,
    oldLogprobs: completion.logprobs,
    advantage: 0,
  }));
  const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 24 });
  const scorer = await createScorer({ device, model: module, rows: batch.rows, temperature: 1 });
  const { logprobs, entropies } = await scorer.score(batch);
  let row = 0;
  for (const [i, sample] of samples.entries()) {
    row += sample.promptIds.length - 1;
    for (const [t, sampled] of completions[i]!.logprobs.entries()) {
      assert.ok(Math.abs(sampled - logprobs[row]!) < 1e-4, `sequence ${i} token ${t}: ${sampled} and ${logprobs[row]}`);
      assert.ok(Math.abs(completions[i]!.entropies[t]! - entropies[row]!) < 1e-4);
      row += 1;
    }
  }
  scorer.destroy();
  generator.destroy();
});

test("a rollout does not change with the batch size", needsShared(STORIES), async () => {
  const prompts = Array.from({ length: 7 }, (_, key) => ({ ids: [1, 403, 407, 261].slice(0, 1 + (key % 4)), key }));
  const [all, some, one] = [await generatorOf(7, 20, 1), await generatorOf(3, 20, 1), await generatorOf(1, 20, 1)];
  const together = await all.generate(prompts, 3);
  assert.deepEqual(await some.generate(prompts, 3), together);
  assert.deepEqual(await one.generate(prompts, 3), together);
  assert.notDeepEqual(await all.generate(prompts, 4), together, "another seed must give other completions");
  for (const generator of [all, some, one]) generator.destroy();
});
