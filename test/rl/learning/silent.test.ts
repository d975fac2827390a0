import assert from "node:assert/strict";
import { test } from "node:test";
import { createController } from "../../../src/control/index.ts";
import { createLoss } from "../../../src/loss/index.ts";
import { readParameters } from "../../../src/nn/load_parameters.ts";
import { tokenMean } from "../../../src/policy/update_result.ts";
import { createRandom } from "../../../src/random.ts";
import { createLearner } from "../../../src/rl/learning/learner.ts";
import { type Sample, toSamples } from "../../../src/rl/learning/micro_batches.ts";
import { mayLeaveOutSilent, partSilent } from "../../../src/rl/learning/silent.ts";
import { measureEntropies } from "../../../src/rl/learning/token_classes.ts";
import type { Run } from "../../../src/rl/run.ts";
import { FULL_DISTRIBUTION, samplerFor } from "../../../src/rl/sampling/sampler_for.ts";
import { relativeError } from "../../../src/testing/check_op.ts";
import { sharedDevice } from "../../shared_device.ts";
import { rewards, smallConfig, smallModel, task } from "../../small_policy.ts";

const device = await sharedDevice();

function optionsOf(grpo: object = {}, entropy: object = {}): Pick<Run, "config" | "loss" | "controller"> {
  const config = smallConfig({ grpo, entropy });
  return { config, loss: createLoss(config.grpo), controller: createController(config.entropy) };
}

const CLASSES = {
  classes: [
    { name: "first", target: 1, from: 0 },
    { name: "rest", target: 0.5, from: 1 },
  ],
};

const LEAVES_OUT: readonly [grpo: object, entropy: object][] = [
  [{}, {}],
  [{}, { controller: "none" }],
  [{}, { controller: "stare", share: 0.3, target: 3 }],
  [{}, CLASSES],
  [{ loss: "erc" }, {}],
  [{ loss: "gspo", aggregate: "sequence-mean" }, {}],
  [{ aggregate: "constant" }, { alphaNorm: "gated" }],
  [{ microBatchRows: 24 }, {}],
  [{ microBatchRows: 24 }, CLASSES],
  [{ updatesPerRollout: 3 }, {}],
  [{ updatesPerRollout: 2 }, CLASSES],
  [{ updatesPerRollout: 2 }, { controller: "none" }],
  [{ updatesPerRollout: 2 }, { controller: "clip" }],
  [{ updatesPerRollout: 2, microBatchRows: 24 }, CLASSES],
  [{ replay: 4 }, {}],
  [{ replay: 4, microBatchRows: 24 }, CLASSES],
];

const COMPUTES_ALL: readonly [grpo: object, entropy: object][] = [
  [{ beta: 0.1 }, {}],
  [{ entropyCoef: 0.01 }, {}],
  [{ tokenShare: 0.5 }, {}],
  [{ loss: "clip-cov" }, {}],
  [{ loss: "kl-cov" }, {}],
  [{}, { alphaNorm: "gated" }],
  [{}, { controller: "bonus" }],
  [{}, { controller: "aec" }],
];

test("completions without advantage are left out where nothing but advantages moves the policy", () => {
  for (const [grpo, entropy] of LEAVES_OUT) assert.ok(mayLeaveOutSilent(optionsOf(grpo, entropy)), JSON.stringify([grpo, entropy]));
  for (const [grpo, entropy] of COMPUTES_ALL) assert.ok(!mayLeaveOutSilent(optionsOf(grpo, entropy)), JSON.stringify([grpo, entropy]));
});

const sample = (advantage: Sample["advantage"], more: Partial<Sample> = {}): Sample => ({
  ...{ promptIds: [1], completionIds: [2, 3], oldLogprobs: [-1, -2], oldEntropies: [0.5, 0.7], advantage },
  ...more,
});

test("silent are samples of which no token has an advantage, and masked ones; one is kept where all are", () => {
  const heard = [sample(0.5), sample([0, -1])];
  const silent = [sample(0), sample([0, 0]), sample(1, { importance: [0, 0] }), sample(1, { isMasked: true })];
  assert.deepEqual(partSilent([silent[0]!, heard[0]!, silent[1]!, heard[1]!, silent[2]!, silent[3]!]), { heard, silent });
  const masked = sample(0, { isMasked: true });
  assert.deepEqual(partSilent([masked, ...silent]), { heard: [silent[0]], silent: [masked, ...silent.slice(1)] });
  assert.deepEqual(partSilent([masked]), { heard: [masked], silent: [] });
});

/** Completions that the policy has sampled, of which four groups in six have no advantage and one sample is masked. */
async function sampled(run: Run): Promise<Sample[]> {
  const random = createRandom(4);
  const sampling = { temperature: 1, ...FULL_DISTRIBUTION };
  const sampler = await samplerFor({
    device,
    model: run.model,
    longestPrompt: 8,
    maxNewTokens: 3,
    stop: run.stop,
    sampling,
    completions: 24,
  });
  const prompts = task.problems("train").slice(0, 6);
  const promptIds = prompts.map(({ prompt }) => run.model.tokenizer.encode(prompt));
  const completions = await sampler.generate(
    promptIds.flatMap((ids, i) => [0, 1, 2, 3].map((j) => ({ ids, key: 4 * i + j }))),
    7,
  );
  sampler.destroy();
  const entries = completions.map((completion, i) => {
    const group = Math.floor(i / 4);
    const problem = prompts[group]!;
    return { problem, prompt: problem.prompt, text: "", promptIds: promptIds[group]!, completion };
  });
  const advantages = entries.map((_, i) => (Math.floor(i / 4) % 4 === 1 ? random.normal() : 0));
  const classes = run.controller.classes && entries.map(({ completion }) => completion.ids.map((_, position) => Math.min(position, 1)));
  return toSamples(entries, advantages, { classes, maskTruncated: false }).map((one, i) => ({ ...one, isMasked: i === 4 }));
}

const flat = (arrays: ReadonlyMap<string, { readonly data: Float32Array }>): Float32Array =>
  Float32Array.from([...arrays.values()].flatMap(({ data }) => [...data]));

/** What the updates of a step do to a fresh policy. With replayed groups the sampler's entropies are not told, as in training. */
async function learnOnce(options: Pick<Run, "config" | "loss" | "controller">) {
  const model = await smallModel(device);
  const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), rewards, stop: [task.stop] };
  const run: Run = { device, model, ...options, ...subject };
  const samples = await sampled(run);
  const measured = measureEntropies(samples, run.controller);
  const learner = await createLearner(run);
  const signals = { progress: 0, spread: 0.25, right: undefined, wrong: undefined, completions: 8, length: 8 };
  const { updates, state } = await learner.learn(samples, { sampled: options.config.grpo.replay > 0 ? undefined : measured, signals }, 0);
  const { moments } = await learner.save();
  const weights = await readParameters(model.placed);
  learner.destroy();
  model.destroy();
  const computed = updates.map(({ metrics }) => metrics.reduce((sum, { token_count }) => sum + token_count, 0));
  const tokens = measured.reduce((sum, one) => sum + one.tokens, 0);
  return { updates, state, computed, tokens, moments: flat(moments), weights: flat(weights) };
}

const near = (one: number, other: number, what: string): void =>
  assert.ok(Math.abs(one - other) <= 3e-6 * (1 + Math.abs(other)), `${what}: ${one} and ${other}`);

for (const [grpo, entropy] of LEAVES_OUT) {
  test(`updates without silent completions are those with them: ${JSON.stringify([grpo, entropy])}`, async () => {
    const options = optionsOf(grpo, entropy);
    const without = await learnOnce(options);
    const all = await learnOnce({ ...options, loss: { ...options.loss, scalesWithAdvantage: false } });
    for (const [i, own] of without.updates.entries()) {
      const other = all.updates[i]!;
      assert.equal(all.computed[i], all.tokens);
      assert.ok(without.computed[i]! < 0.4 * all.tokens, `${without.computed[i]} of ${all.tokens} tokens computed`);
      for (const field of ["loss", "gradNorm"] as const) near(own[field], other[field], `${field} of update ${i}`);
      // Without a law nothing reads the entropies of later updates.
      if (i > 0 && !options.controller.law) continue;
      near(own.entropy, other.entropy, `entropy of update ${i}`);
      assert.ok(Math.abs(tokenMean(own.metrics, "entropy") - other.entropy) > 1e-4, "silent completions have another entropy");
      for (const [loop, { entropy, tokens }] of own.measured.entries()) {
        near(entropy, other.measured[loop]!.entropy, `entropy of loop ${loop} in update ${i}`);
        assert.equal(tokens, other.measured[loop]!.tokens);
      }
    }
    for (const [i, loop] of without.state.loops.entries()) {
      for (const field of ["alpha", "error", "integral"] as const) near(loop[field], all.state.loops[i]![field], `${field} of loop ${i}`);
    }
    if (options.controller.usesAlpha)
      assert.ok(
        all.state.loops.some(({ alpha }) => Math.abs(alpha) > 0.05),
        "alpha has moved",
      );
    assert.ok(relativeError(without.moments, Float64Array.from(all.moments)) < 1e-5, "moments");
    assert.ok(relativeError(without.weights, Float64Array.from(all.weights)) < 1e-5, "weights");
  });
}
