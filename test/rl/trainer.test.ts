import assert from "node:assert/strict";
import { test } from "node:test";
import { readTensors } from "../../src/io/safetensors.ts";
import { createLoss, losses } from "../../src/loss/index.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { gdpo } from "../../src/rl/advantages/gdpo.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import type { RewardInput } from "../../src/rl/scoring/rewards.ts";
import type { Trainer } from "../../src/rl/trainer.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, type SmallRun, shape, smallModel, smallTrainer, task, untimed } from "../small_policy.ts";

const device = await sharedDevice();

const trainerOf = (options: SmallRun = {}) => smallTrainer(device, options);

test("the same seed gives the same metrics, bit for bit", async () => {
  const [a, b] = [await trainerOf(), await trainerOf()];
  const first = await run(a.trainer.train, 3);
  assert.deepEqual(untimed(await run(b.trainer.train, 3)), untimed(first));
  for (const [name, value] of Object.entries(first[2]!)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  a.trainer.destroy();
  b.trainer.destroy();
});

test("a resumed run equals the uninterrupted one, controller and data position included", async () => {
  const whole = await trainerOf();
  const expected = await run(whole.trainer.train, 4);
  const first = await trainerOf();
  await run(first.trainer.train, 2);
  const saved = await first.trainer.save();
  const model = await first.model.clone();
  const { trainer: second } = await trainerOf({ model });
  second.load(saved);
  assert.deepEqual(untimed(await run(second.train, 2)), untimed(expected.slice(2)));
});

test("what is stored for a checkpoint is what is saved, with moments that are read in pieces", async () => {
  const { trainer } = await trainerOf();
  await run(trainer.train, 2);
  const [saved, stored] = [await trainer.save(), await trainer.store()];
  assert.deepEqual(stored.state, saved.state);
  const moments = await readTensors(stored.moments, "moments");
  assert.deepEqual([...moments.keys()], [...saved.moments.keys()]);
  for (const [name, { shape, data }] of saved.moments) assert.deepEqual(moments.get(name), { dtype: "F32", shape, data }, name);
  trainer.destroy();
});

test("nothing is created after the first step", async () => {
  const { trainer } = await trainerOf();
  await run(trainer.train, 2);
  const { pipelines, bindGroups } = device.stats;
  const allocated = device.stats.bytesAllocated;
  await run(trainer.train, 3);
  assert.equal(device.stats.pipelines, pipelines);
  assert.equal(device.stats.bindGroups, bindGroups);
  assert.equal(device.stats.bytesAllocated, allocated);
  trainer.destroy();
});

test("alpha at its limits moves entropy the way the formula says", async () => {
  const entropyAfter = async (alpha: number): Promise<number> => {
    const grpo = { prompts: 24, completions: 8, learningRate: 0.001 };
    const { trainer } = await trainerOf({ grpo, entropy: { controller: "fixed", alpha, gate: "entropy-effect" } });
    const metrics = await run(trainer.train, 4);
    trainer.destroy();
    return metrics[3]!.entropy!;
  };
  const [low, middle, high] = [await entropyAfter(-0.9), await entropyAfter(0), await entropyAfter(0.9)];
  assert.ok(low > middle && middle > high, `entropy after alpha -0.9, 0, 0.9: ${low}, ${middle}, ${high}`);
});

test("micro-batches add up to the same gradient as one batch", async () => {
  const fixed = { controller: "fixed", alpha: 0.4 };
  const [whole, split] = [await trainerOf({ entropy: fixed }), await trainerOf({ entropy: fixed, grpo: { microBatchRows: 37 } })];
  const [a] = await run(whole.trainer.train, 1);
  const [b] = await run(split.trainer.train, 1);
  for (const name of ["loss", "grad_norm", "entropy", "entropic/gated_fraction"] as const) {
    assert.ok(
      Math.abs(a![name]! - b![name]!) < 1e-5 * (1 + Math.abs(a![name]!)),
      `${name}: ${a![name]} in one batch, ${b![name]} in several`,
    );
  }
});

test("gdpo gets the reward functions apart, with their weights", async () => {
  const { trainer } = await trainerOf({ grpo: { advantage: "gdpo" } });
  const { advantages, entries } = await trainer.train();
  const right = await Promise.all(entries.map(({ problem, prompt, text }) => task.reward({ ...problem, prompt }, text)));
  const first = entries.map(({ completion }) => (completion.ids[0] ?? 0) / 10);
  const expected = gdpo({
    rewards: right.map((reward, i) => reward + first[i]!),
    groupSize: shape.completions,
    parts: [right, first].map((scores) => ({ scores, weight: 1 })),
  });
  assert.deepEqual(advantages, expected);
  assert.ok(expected.some((value) => value !== 0));
  trainer.destroy();
});

test("rewards of tokens: at each one the advantage compares what is still earned there", async () => {
  // Without a token that stops, every completion has maxNewTokens tokens.
  const lengths = { grpo: { advantage: "dr-grpo" }, stop: [] };
  const perToken = ({ completionIds }: RewardInput) => completionIds.map((ids) => Array.from(ids, (id) => (id % 3) / 3));
  const { trainer } = await trainerOf({ ...lengths, rewards: [{ name: "own", reward: perToken }] });
  const { advantages, tokenAdvantages, entries, rewards } = await trainer.train();
  entries.forEach(({ completion: { ids } }, i) => {
    const group = entries.slice(i - (i % shape.completions), i - (i % shape.completions) + shape.completions);
    const toGo = (of: (typeof entries)[number], t: number): number => of.completion.ids.slice(t).reduce((sum, id) => sum + (id % 3) / 3, 0);
    assert.ok(Math.abs(rewards[i]! - toGo(entries[i]!, 0)) < 1e-12, `reward of ${i}`);
    ids.forEach((_, t) => {
      const mean = group.reduce((sum, other) => sum + toGo(other, t), 0) / group.length;
      const expected = toGo(entries[i]!, t) - mean;
      assert.ok(Math.abs(tokenAdvantages![i]![t]! - expected) < 1e-9, `token ${t} of ${i}: ${tokenAdvantages![i]![t]}, ${expected}`);
    });
    assert.equal(advantages[i], tokenAdvantages![i]![0]);
  });
  trainer.destroy();
});

test("a reward that comes with the last token alone trains as the score of the whole, where completions are equally long", async () => {
  const last = ({ completionIds }: RewardInput) =>
    completionIds.map((ids) => Array.from(ids, (_, t) => (t === ids.length - 1 ? ids[0]! : 0)));
  const whole = ({ completionIds }: RewardInput) => completionIds.map((ids) => ids[0]!);
  const lines = await Promise.all(
    [last, whole].map(async (reward) => {
      const { trainer } = await trainerOf({ stop: [], rewards: [{ name: "own", reward }] });
      const metrics = untimed(await run(trainer.train, 2));
      trainer.destroy();
      return metrics;
    }),
  );
  assert.deepEqual(lines[0], lines[1]);
});

test("every further update of a rollout moves the policy away from its reference and from the one that sampled", async () => {
  const grpo = { beta: 0.05, entropyCoef: 0.01, dualClip: 3, aggregate: "sequence-mean" };
  const [once, thrice] = await Promise.all(
    [1, 3].map(async (updatesPerRollout) => {
      const { trainer } = await trainerOf({ grpo: { ...grpo, updatesPerRollout }, entropy: { alphaNorm: "gated" } });
      const metrics = await run(trainer.train, 2);
      trainer.destroy();
      return metrics;
    }),
  );
  for (const [name, value] of [once, thrice].flat().flatMap((line) => Object.entries(line!)))
    assert.ok(Number.isFinite(value), `${name} is ${value}`);
  // The first update of a run is on-policy and at its reference; those that follow on the same rollout are neither.
  assert.deepEqual([once![0]!.kl, once![0]!["clip_ratio/region_mean"]], [0, 0]);
  assert.ok(thrice![0]!.kl! > 0, `kl ${thrice![0]!.kl}`);
  assert.ok(thrice![1]!.kl! > 2 * once![1]!.kl!, `kl ${thrice![1]!.kl} after three updates a rollout, ${once![1]!.kl} after one`);
});

/** Half of the problems never have a difference to learn from. */
async function dynamicTrainer(model: PolicyModel): Promise<Trainer> {
  const reward = ({ prompts, completionIds }: RewardInput) =>
    completionIds.map((ids, i) => (Number(prompts[i]![0]) % 2 === 0 ? 0 : (ids[0] ?? 0) / 10));
  const grpo = { dynamicSampling: 2, overlongBuffer: 1, maskTruncated: true };
  return (await trainerOf({ model, grpo, entropy: { target: 0.35 }, rewards: [{ name: "half", reward }] })).trainer;
}

test("dynamic sampling replaces groups that teach nothing; lengths are punished, cut-off answers are masked", async () => {
  const trainer = await dynamicTrainer(await smallModel(device));
  const all: Metrics[] = [];
  for (let i = 0; i < 3; i += 1) {
    const { metrics, entries, rewards } = await trainer.train();
    all.push(metrics);
    assert.equal(entries.length, 24);
    assert.ok("rewards/overlong/mean" in metrics);
    for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
    const rounds = metrics["sampling/rounds"]!;
    assert.ok(rounds >= 1 && rounds <= 3);
    const differing = [0, 4, 8, 12, 16, 20].filter((begin) => new Set(rewards.slice(begin, begin + 4)).size > 1).length;
    if (rounds < 3) assert.equal(differing, 6, "the search ended before it had enough");
  }
  assert.ok(all.some((line) => line["sampling/rounds"]! > 1));
  const { reward: evaluated } = await trainer.evaluate();
  assert.ok(evaluated! >= 0, "evaluation does not punish length");
  trainer.destroy();
});

test("a run with dynamic sampling has the same bits twice, and after it was resumed", async () => {
  const [a, b] = [await dynamicTrainer(await smallModel(device)), await smallModel(device)];
  const expected = await run(a.train, 3);
  a.destroy();
  const before = await dynamicTrainer(b);
  assert.deepEqual(untimed(await run(before.train, 2)), untimed(expected.slice(0, 2)));
  const saved = await before.save();
  const after = await dynamicTrainer(await b.clone());
  before.destroy();
  after.load(saved);
  assert.deepEqual(untimed(await run(after.train, 1)), untimed(expected.slice(2)));
  after.destroy();
});

test("a masked completion counts neither in the loss nor in the entropy", async () => {
  const { packBatch, totalsOf } = await import("../../src/rl/learning/micro_batches.ts");
  const sample = { promptIds: [1, 2], completionIds: [3, 4], oldLogprobs: [-1, -1], advantage: 1 };
  const samples = [sample, { ...sample, isMasked: true }];
  assert.deepEqual(totalsOf(samples), { sequences: 1, responseTokens: 2 });
  const { inputs } = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 4 });
  const masks = TOKEN_INPUT.column(inputs.token_inputs!, "mask");
  assert.deepEqual(masks, [0, 1, 1, 0, 0, 0]);
});

// A loss that selects tokens within a pass changes where a batch is cut, so it has a test of its own.
for (const loss of Object.keys(losses).filter((name) => !createLoss({ loss: name }).selects)) {
  test(`loss ${loss} trains off-policy, in one batch and in several`, async () => {
    const first: Metrics[] = [];
    for (const microBatchRows of [4096, 37]) {
      const grpo = { loss, updatesPerRollout: 2, microBatchRows, beta: 0.05, kl: "k2", learningRate: 0.01 };
      const { trainer } = await trainerOf({ grpo, entropy: { controller: "fixed", alpha: 0.4 } });
      const metrics = await run(trainer.train, 3);
      trainer.destroy();
      for (const step of metrics) {
        for (const [name, value] of Object.entries(step)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
        assert.ok(step.grad_norm! > 0, "no gradient");
      }
      first.push(metrics[0]!);
      // After one update of two the ratios have left 1: most sequences leave a narrow clip of their ratio.
      if (createLoss({ loss }).bySequence)
        assert.ok(metrics[0]!["clip_ratio/region_mean"]! > 0.1, `${metrics[0]!["clip_ratio/region_mean"]} clipped`);
    }
    const [whole, split] = first.map(({ loss, grad_norm, kl }) => ({ loss: 1 + loss!, grad_norm: grad_norm!, kl: kl! }));
    for (const name of ["loss", "grad_norm", "kl"] as const)
      assert.ok(Math.abs(split![name] / whole![name] - 1) < 1e-4, `${name}: ${whole![name]} in one batch, ${split![name]} in several`);
  });
}

test("truncated importance sampling: weights are 1 where sampler and trainer agree, and a bound of 0.5 halves the gradient", async () => {
  const first = async (grpo: object): Promise<Metrics> => {
    const { trainer } = await trainerOf({ grpo, entropy: { controller: "none" } });
    const [metrics] = await run(trainer.train, 1);
    trainer.destroy();
    return metrics!;
  };
  const [plain, weighed, halved] = [await first({}), await first({ tis: 2 }), await first({ tis: 0.5 })];
  const near = (a: number, b: number, what: string): void => assert.ok(Math.abs(a - b) < 1e-4 * Math.abs(b), `${what}: ${a}, ${b}`);
  near(weighed.grad_norm!, plain.grad_norm!, "gradient with a bound that nothing reaches");
  near(halved.grad_norm!, plain.grad_norm! / 2, "gradient with every weight at 0.5");
  for (const name of ["mean", "max"] as const) {
    const difference = `sampling/sampling_logp_difference/${name}` as const;
    assert.ok(weighed[difference]! > 0 && weighed[difference]! < 1e-4, `${difference} ${weighed[difference]}`);
  }
});

test("truncated importance sampling goes with every other option", async () => {
  const { trainer } = await trainerOf({ grpo: { loss: "gspo", tis: 2, updatesPerRollout: 2, beta: 0.05, topK: 3, microBatchRows: 37 } });
  for (const step of await run(trainer.train, 2)) {
    for (const [name, value] of Object.entries(step)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  }
  trainer.destroy();
});
